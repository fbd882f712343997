import { show } from "../../model/expectation";
import { fewestReplicas, replicated } from "../../model/kubernetes";
import type { RuleDefinition } from "../../model/rule";

export default {
  name: "replicas",
  severity: "critical",
  from: "starter",
  demands:
    "Every workload keeps three pods or more, counted by its autoscaler's minimum where it has one.",
  reason: "Two pods are one while the other is replaced, and a majority needs three.",
  needs: "release",
  types: replicated,
  judge: (workload, stack) => {
    const fewest = fewestReplicas(workload, stack);
    return typeof fewest === "number" && fewest >= 3
      ? []
      : [`replicas is ${show(fewest)}; it must be 3 or more`];
  },
} satisfies RuleDefinition;
