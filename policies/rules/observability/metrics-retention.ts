import { seconds } from "../../model/duration";
import { show } from "../../model/expectation";
import { prometheus } from "../../model/kubernetes";
import { at } from "../../model/resource";
import type { RuleDefinition } from "../../model/rule";

/** Over which the objectives are promised, days. */
const window = 30;

export default {
  name: "metrics-retention",
  severity: "high",
  from: "starter",
  demands: `Prometheus keeps metrics for more than ${window} days.`,
  reason: `Objectives are promised over ${window} days: with less the error budget forgets what was spent.`,
  needs: "release",
  types: [prometheus],
  judge: ({ properties }) => {
    const retention = at(properties, "spec.retention");
    return seconds(retention) > window * 86_400
      ? []
      : [`spec.retention is ${show(retention)}; it must be more than ${window}d`];
  },
} satisfies RuleDefinition;
