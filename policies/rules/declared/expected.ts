import { expectedIn } from "../../declared/catalogue";
import { at, type Resource } from "../../model/resource";
import type { RuleDefinition } from "../../model/rule";

export default {
  name: "expected",
  severity: "critical",
  from: "starter",
  demands: "Everything that the catalogue in policies/declared expects is there.",
  reason:
    "A rule judges what it finds: an alarm, a subscription or a network policy that is gone breaks none.",
  needs: "stack",
  types: ["pulumi:pulumi:Stack"],
  judge: (_, stack, settings) => {
    const there = new Set(
      stack.resources.map((resource) => `${resource.type} ${nameOf(resource)}`),
    );
    return expectedIn(stack, settings)
      .filter(({ type, name }) => !there.has(`${type} ${name}`))
      .map(
        ({ type, name, why }) =>
          `${name} (${type}) is missing: ${why}; bring it back, or take it out of policies/declared/catalogue in a review of its own`,
      );
  },
} satisfies RuleDefinition;

/** An object of Kubernetes goes by its own name, whatever the program calls it. */
function nameOf({ type, name, release, properties }: Resource): string {
  if (release || !/^kubernetes:.*\/v\w+:/.test(type) || type.includes("helm.sh")) return name;
  const [space, own] = ["namespace", "name"].map((key) => at(properties, `metadata.${key}`));
  return space === undefined ? String(own) : `${String(space)}/${String(own)}`;
}
