import { show } from "../../model/expectation";
import {
  daemonSet,
  deployment,
  isProbe,
  mainContainer,
  probeSeconds,
  statefulSet,
} from "../../model/kubernetes";
import { at } from "../../model/resource";
import type { RuleDefinition } from "../../model/rule";

/** Longest time that requests go to a pod that answers none, and that it hangs, seconds. */
const slowest = { ready: 30, alive: 120 };
/** A pod that is busy for a moment is not restarted, seconds. */
const quickest = 15;

const kinds = ["readinessProbe", "livenessProbe"];

export default {
  name: "probes",
  severity: "high",
  from: "starter",
  demands:
    "The container that serves has a readiness and a liveness probe, and liveness is the slower to act.",
  reason:
    "Without readiness a pod gets requests before it can serve; a liveness probe as quick as readiness restarts pods that only have to wait.",
  needs: "release",
  // The Prometheus operator writes the probes of what it makes.
  types: [deployment, statefulSet, daemonSet],
  judge: (workload) => {
    const container = mainContainer(workload);
    const missing = kinds.filter((kind) => !isProbe(at(container, kind)));
    if (missing.length > 0)
      return [`${String(at(container, "name"))} has no readable ${missing.join(", ")}`];
    const [ready, alive] = kinds.map((kind) => probeSeconds(at(container, kind)));
    if (Number.isNaN(ready! + alive!))
      return [`${kinds.map((kind) => timing(container, kind)).join(", ")}; each must be a number`];
    if (ready! > slowest.ready || alive! > slowest.alive)
      return [
        `readiness acts after ${ready} s and liveness after ${alive} s; it must be ${slowest.ready} and ${slowest.alive} s at most`,
      ];
    if (alive! < quickest)
      return [`its livenessProbe acts after ${alive} s; it must be ${quickest} s or more`];
    return alive! > ready!
      ? []
      : [`its livenessProbe acts after ${alive} s; it must be later than readiness, ${ready} s`];
  },
} satisfies RuleDefinition;

function timing(container: unknown, kind: string): string {
  const value = (key: string) => show(at(container, `${kind}.${key}`));
  return `${kind} has periodSeconds ${value("periodSeconds")} and failureThreshold ${value("failureThreshold")}`;
}
