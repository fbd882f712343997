import { containers, cronJob, job, operated, podSpec, running } from "../../model/kubernetes";
import { at, list } from "../../model/resource";
import type { RuleDefinition } from "../../model/rule";

const paths = ["requests.cpu", "requests.memory", "limits.cpu", "limits.memory"];

export default {
  name: "resources",
  severity: "high",
  from: "starter",
  demands: "Every container requests CPU and memory, and is limited in both.",
  reason:
    "Pods without requests are the first to be killed when a node runs short; one without limits makes it run short.",
  needs: "release",
  types: [...running, job, cronJob],
  judge: (workload) => {
    const pods = operated.includes(workload.type)
      ? [at(workload.properties, "spec")]
      : [...containers(workload), ...list(podSpec(workload), "initContainers")];
    const missing = pods.flatMap((container) =>
      paths
        .filter((path) => !isQuantity(at(container, `resources.${path}`)))
        .map(
          (path) => `${String(at(container, "name") ?? "it")} has no readable resources.${path}`,
        ),
    );
    return pods.length > 0 ? missing : ["it has no readable containers"];
  },
} satisfies RuleDefinition;

function isQuantity(value: unknown): boolean {
  return typeof value === "number"
    ? value > 0
    : typeof value === "string" && /^[1-9]\d*/.test(value);
}
