import { standsOn } from "../../declared/order";
import { awaited, wayTo } from "../../model/cluster-loss";
import type { RuleDefinition } from "../../model/rule";

export default {
  name: "nodes-outlast",
  severity: "high",
  from: "starter",
  demands: "What runs on nodes is made after them, and so deleted before them.",
  reason:
    "Nodes that go first are drained of pods with nowhere to go, against their disruption budgets: a destroy that never ends.",
  needs: "stack",
  types: Object.keys(standsOn),
  judge: (resource, stack) =>
    standsOn[resource.type]!.filter(
      (ground) =>
        !wayTo(
          ({ type, name }) => type === ground.type && (ground.name ?? name) === name,
          resource,
          stack,
          awaited,
        ),
    ).map(
      ({ type, name, without }) =>
        `it does not wait for ${name ?? type.split(":").at(-1)}: ${without}`,
    ),
} satisfies RuleDefinition;
