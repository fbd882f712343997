import { podSpec, replicated, selects } from "../../model/kubernetes";
import { at, list } from "../../model/resource";
import type { Resource } from "../../model/resource";
import type { RuleDefinition } from "../../model/rule";

export default {
  name: "zone-spread",
  severity: "critical",
  from: "starter",
  demands: "Pods are spread evenly over the zones, and a dead zone does not count as an empty one.",
  reason:
    "All pods in one zone are lost with it. Without nodeTaintsPolicy Honor their successors stay pending, because the dead zone has to be filled first.",
  needs: "release",
  types: replicated,
  judge: (workload) =>
    list(podSpec(workload), "topologySpreadConstraints").some((rule) => spreads(rule, workload))
      ? []
      : [
          "no topologySpreadConstraint over topology.kubernetes.io/zone selects its pods with maxSkew 1, DoNotSchedule, nodeTaintsPolicy Honor and no minDomains",
        ],
} satisfies RuleDefinition;

function spreads(constraint: unknown, workload: Resource): boolean {
  return (
    at(constraint, "topologyKey") === "topology.kubernetes.io/zone" &&
    at(constraint, "maxSkew") === 1 &&
    at(constraint, "whenUnsatisfiable") === "DoNotSchedule" &&
    at(constraint, "nodeTaintsPolicy") === "Honor" &&
    at(constraint, "minDomains") === undefined &&
    selects(at(constraint, "labelSelector"), workload)
  );
}
