import { equals, mismatch } from "../../model/expectation";
import { disruptionBudget } from "../../model/kubernetes";
import type { RuleDefinition } from "../../model/rule";

export default {
  name: "unhealthy-pods-evicted",
  severity: "high",
  from: "starter",
  demands: "Pods that never became ready do not block the drain of their node.",
  reason: "One broken pod would stop every upgrade of the nodes, and the repair with it.",
  needs: "release",
  types: [disruptionBudget],
  judge: (budget) => {
    const problem = mismatch(
      budget.properties,
      "spec.unhealthyPodEvictionPolicy",
      equals("AlwaysAllow"),
    );
    return problem ? [problem] : [];
  },
} satisfies RuleDefinition;
