import { prometheus } from "../../model/kubernetes";
import type { RuleDefinition } from "../../model/rule";
import { fewestAlertmanagers, untold } from "../../models/detection/watchers";

export default {
  name: "alertmanagers",
  severity: "critical",
  from: "starter",
  demands: `Prometheus sends its alerts to every one of ${fewestAlertmanagers} Alertmanagers or more.`,
  reason:
    "Alertmanagers tell each other what was sent, not what fires: an alert that reached only a lost one pages nobody.",
  needs: "release",
  types: [prometheus],
  judge: (watcher, stack) => {
    const problem = untold(watcher, stack);
    return problem ? [problem] : [];
  },
} satisfies RuleDefinition;
