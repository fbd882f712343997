import { equals, mismatch } from "../../expectation";
import { disruptionBudget } from "../../kubernetes";
import type { RuleDefinition } from "../../rule";

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
