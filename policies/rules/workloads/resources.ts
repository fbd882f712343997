import { cronJob, everyContainer, job, operated, podSpec, running } from "../../model/kubernetes";
import { amount } from "../../model/quantity";
import { at, list } from "../../model/resource";
import type { RuleDefinition } from "../../model/rule";

const paths = ["requests.cpu", "requests.memory", "limits.cpu", "limits.memory"];

/** Least limit and most request: processors, and bytes. */
const sizes = { cpu: [0.05, 16], memory: [48 * 2 ** 20, 64 * 2 ** 30] };

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
      : everyContainer(workload);
    const missing = pods.flatMap((container) =>
      paths
        .filter((path) => !isQuantity(at(container, `resources.${path}`)))
        .map(
          (path) => `${String(at(container, "name") ?? "it")} has no readable resources.${path}`,
        ),
    );
    const odd = pods.flatMap((container) =>
      Object.entries(sizes).flatMap(([kind, [least, most]]) => {
        const [asked, limit] = ["requests", "limits"].map((part) =>
          amount(at(container, `resources.${part}.${kind}`)),
        );
        // Kubernetes refuses a request above its limit; no node of ours holds more than the most.
        return limit! < least! || asked! > most! || limit! < asked!
          ? [`${String(at(container, "name") ?? "it")} has a ${kind} out of its bounds`]
          : [];
      }),
    );
    odd.push(
      ...list(podSpec(workload), "volumes")
        // In memory are sockets and the like; on disk, what a program writes.
        .filter((volume) => at(volume, "emptyDir.medium") === undefined)
        .filter((volume) => amount(at(volume, "emptyDir.sizeLimit")) < 16 * 2 ** 20)
        .map((volume) => `its volume ${String(at(volume, "name"))} holds less than 16 MiB`),
    );
    if (missing.length === 0 && odd.length > 0) return odd;
    return pods.length > 0 ? missing : ["it has no readable containers"];
  },
} satisfies RuleDefinition;

function isQuantity(value: unknown): boolean {
  return typeof value === "number"
    ? value > 0
    : typeof value === "string" && /^[1-9]\d*/.test(value);
}
