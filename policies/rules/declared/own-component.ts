import { componentsOf } from "../../declared/components";
import { componentOf } from "../../model/cluster-loss";
import type { RuleDefinition } from "../../model/rule";

export default {
  name: "own-component",
  severity: "critical",
  from: "starter",
  demands:
    "What holds data, keys or addresses is part of the component that policies/declared says.",
  reason:
    "Its component is part of its name to the engine: under another one it is made anew, and the old one deleted.",
  needs: "resource",
  types: "all",
  judge: ({ urn, type, release }) => {
    const [, allowed] = componentsOf.find(([types]) => types.test(type)) ?? [];
    if (!allowed || release) return [];
    const component = componentOf(urn);
    return allowed.includes(component)
      ? []
      : [`it is part of ${component || "no component"}; it must be of ${allowed.join(" or ")}`];
  },
} satisfies RuleDefinition;
