import { show } from "../../model/expectation";
import { disruptionBudget, fewestReplicas, replicated, selects } from "../../model/kubernetes";
import { at, type Properties, type Resource, type Stack } from "../../model/resource";
import type { RuleDefinition } from "../../model/rule";

export default {
  name: "disruption-budget",
  severity: "critical",
  from: "starter",
  demands: "One disruption budget covers every workload and lets one pod go at a time.",
  reason:
    "Without it a drain takes all pods of a node at once; one that lets none go stops every upgrade of the nodes.",
  needs: "release",
  types: [...replicated, disruptionBudget],
  judge: (workload, stack) => {
    if (workload.type === disruptionBudget) return covers(workload, stack);
    const budgets = stack
      .beside(workload, disruptionBudget)
      .filter(({ properties }) => selects(at(properties, "spec.selector"), workload));
    const [budget, ...others] = budgets;
    if (!budget) return ["no disruption budget selects its pods"];
    // Kubernetes refuses every eviction of a pod that two budgets select.
    if (others.length > 0)
      return [`${budgets.length} disruption budgets select its pods; it must be one`];
    return allowsOne(budget.properties, fewestReplicas(workload, stack));
  },
} satisfies RuleDefinition;

/** One of another release or namespace would be a second one there, which no workload sees beside it. */
function covers(budget: Resource, stack: Stack): string[] {
  const space = budget.name.split("/")[0];
  const found = stack
    .beside(budget, ...replicated)
    .filter(
      (workload) =>
        workload.name.split("/")[0] === space &&
        selects(at(budget.properties, "spec.selector"), workload),
    );
  return found.length === 1
    ? []
    : [`it selects ${found.length} workloads of its release and namespace; it must be one`];
}

function allowsOne(properties: Properties, replicas: unknown): string[] {
  const [least, most] = ["minAvailable", "maxUnavailable"].map((key) =>
    at(properties, `spec.${key}`),
  );
  if (most === 1 && least === undefined) return [];
  if (
    typeof least === "number" &&
    most === undefined &&
    typeof replicas === "number" &&
    least === replicas - 1
  )
    return [];
  return [
    `its budget has minAvailable ${show(least)} and maxUnavailable ${show(most)}; it must have maxUnavailable 1, or minAvailable one below its replicas`,
  ];
}
