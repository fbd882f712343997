import { alertmanager, operated, prometheus, statefulSet } from "../../model/kubernetes";
import { at, list } from "../../model/resource";
import type { RuleDefinition } from "../../model/rule";

export default {
  name: "kept-volume",
  severity: "high",
  from: "starter",
  demands:
    "Prometheus, Alertmanager and every stateful set keep their data on a volume with a storage class.",
  reason:
    "Without one a restarted pod has forgotten everything: metrics, silences, what was already sent.",
  needs: "release",
  types: [statefulSet, prometheus, alertmanager],
  judge: ({ type, properties }) => {
    const templates = operated.includes(type)
      ? [at(properties, "spec.storage.volumeClaimTemplate")]
      : list(properties, "spec.volumeClaimTemplates");
    const kept = templates.some(
      (template) =>
        typeof at(template, "spec.storageClassName") === "string" &&
        typeof at(template, "spec.resources.requests.storage") === "string",
    );
    return kept ? [] : ["no volume claim with a storage class and a size keeps its data"];
  },
} satisfies RuleDefinition;
