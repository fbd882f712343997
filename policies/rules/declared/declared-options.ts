import { allowedOptions } from "../../declared/options";
import type { RuleDefinition } from "../../model/rule";

export default {
  name: "declared-options",
  severity: "high",
  from: "starter",
  demands: "Of Pulumi's options only those are set that policies/declared allows for the type.",
  reason:
    "deleteBeforeReplace is an outage at every replacement, retainOnDelete leaves what nobody knows of, an alias takes another resource's place.",
  needs: "resource",
  types: "all",
  judge: (resource) => {
    const { type } = resource;
    return allowedOptions
      .filter((option) => !option.types.includes(type) && option.isSet(resource))
      .map(
        ({ name, why }) =>
          `the option ${name} is set: ${why}; leave it out, or allow it for ${type} in policies/declared/options`,
      );
  },
} satisfies RuleDefinition;
