import { show } from "../../model/expectation";
import { deployment, statefulSet } from "../../model/kubernetes";
import { at } from "../../model/resource";
import type { RuleDefinition } from "../../model/rule";

export default {
  name: "rolling-update",
  severity: "critical",
  from: "starter",
  demands:
    "A new revision replaces pods one by one, and no old pod leaves before its successor serves.",
  reason:
    "Recreate is an outage at every change; Kubernetes' default takes a quarter of the pods away first.",
  needs: "release",
  types: [deployment, statefulSet],
  judge: ({ type, properties }) => {
    if (type === statefulSet) {
      const kind = at(properties, "spec.updateStrategy.type");
      return kind === "RollingUpdate"
        ? []
        : [`spec.updateStrategy.type is ${show(kind)}; it must be "RollingUpdate"`];
    }
    const [kind, surge, gone] = [
      "type",
      "rollingUpdate.maxSurge",
      "rollingUpdate.maxUnavailable",
    ].map((path) => at(properties, `spec.strategy.${path}`));
    // A share of the pods is rounded up, so that any is one or more.
    const first = typeof surge === "number" ? surge >= 1 : /^[1-9]\d?%$/.test(share(surge));
    if (kind === "RollingUpdate" && first && gone === 0) return [];
    return [
      `spec.strategy is ${show(kind)} with maxSurge ${show(surge)} and maxUnavailable ${show(gone)}; it must be "RollingUpdate" with 1 or more and 0`,
    ];
  },
} satisfies RuleDefinition;

function share(value: unknown): string {
  return typeof value === "string" ? value : "";
}
