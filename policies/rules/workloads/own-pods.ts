import { daemonSet, deployment, selects, statefulSet } from "../../model/kubernetes";
import { at } from "../../model/resource";
import type { RuleDefinition } from "../../model/rule";

export default {
  name: "own-pods",
  severity: "high",
  from: "starter",
  demands: "A workload's selector picks the pods that it makes.",
  reason: "The API server refuses another one, and nothing of the release is updated.",
  needs: "release",
  // The Prometheus operator writes the selectors of what it makes.
  types: [deployment, statefulSet, daemonSet],
  judge: (workload) =>
    selects(at(workload.properties, "spec.selector"), workload)
      ? []
      : ["its spec.selector does not pick spec.template.metadata.labels, or cannot be read"],
} satisfies RuleDefinition;
