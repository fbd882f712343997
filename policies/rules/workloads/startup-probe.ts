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

/** What a start may take on a busy node, seconds. */
const least = 20;

export default {
  name: "startup-probe",
  severity: "medium",
  from: "starter",
  demands: "The container that serves has a startup probe that ends.",
  reason:
    "A slow start is otherwise killed by the liveness probe, again and again, or the liveness probe has to stay slow indefinitely.",
  needs: "release",
  // The Prometheus operator writes the probes of what it makes.
  types: [deployment, statefulSet, daemonSet],
  judge: (workload) => {
    const container = mainContainer(workload);
    const probe = at(container, "startupProbe");
    if (!isProbe(probe)) return [`${String(at(container, "name"))} has no readable startupProbe`];
    return probeSeconds(probe) >= least
      ? []
      : [
          "its startupProbe's periodSeconds or failureThreshold is absent, cannot be judged, or ends it too early; together they must be 20 s or more",
        ];
  },
} satisfies RuleDefinition;
