import { show } from "../../model/expectation";
import { autoscaler, autoscalerOf, replicated } from "../../model/kubernetes";
import { at, list } from "../../model/resource";
import type { RuleDefinition } from "../../model/rule";

export default {
  name: "autoscaler",
  severity: "high",
  from: "starter",
  demands:
    "An autoscaler has a workload, a metric with a target and room above its minimum; its workload sets no replicas itself.",
  reason:
    "Helm would set replicas back at every upgrade, in the middle of a peak; an autoscaler without a metric never scales.",
  needs: "release",
  types: [autoscaler],
  judge: (hpa, stack, { tier }) => {
    // What is left when a zone is lost has to grow by half, and still meet a peak.
    const room = tier === "enterprise" ? 2 : 1;
    const { properties } = hpa;
    const [least, most] = ["minReplicas", "maxReplicas"].map((key) =>
      at(properties, `spec.${key}`),
    );
    const workload = stack
      .beside(hpa, ...replicated)
      .find((candidate) => autoscalerOf(candidate, stack) === hpa);
    const targets = list(properties, "spec.metrics")
      .filter((metric) => at(metric, "resource.name") === "cpu")
      .map((metric) => at(metric, "resource.target.averageUtilization"));
    return [
      ...(workload ? [] : ["it scales no workload of its release"]),
      ...(workload && at(workload.properties, "spec.replicas") !== undefined
        ? [`${workload.name} sets replicas beside it; it must leave them to it`]
        : []),
      ...(typeof most === "number" &&
      typeof least === "number" &&
      most > least &&
      most >= room * least
        ? []
        : [
            `maxReplicas is ${show(most)} with minReplicas ${show(least)}; it must be more, in the enterprise tier twice as many`,
          ]),
      ...(targets.some((target) => typeof target === "number" && target > 0 && target <= 80)
        ? []
        : ["spec.metrics has no target utilization of cpu from 1 to 80 %"]),
    ];
  },
} satisfies RuleDefinition;
