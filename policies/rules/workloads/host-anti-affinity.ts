import { podSpec, replicated, selects } from "../../model/kubernetes";
import { at, list } from "../../model/resource";
import type { RuleDefinition } from "../../model/rule";

const path = "affinity.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution";

export default {
  name: "host-anti-affinity",
  severity: "critical",
  from: "starter",
  demands: "No two pods of a workload run on one host.",
  reason:
    "A host takes all of its pods along; a preference alone gives way just when hosts are scarce.",
  needs: "release",
  types: replicated,
  judge: (workload) =>
    list(podSpec(workload), path).some(
      (term) =>
        at(term, "topologyKey") === "kubernetes.io/hostname" &&
        selects(at(term, "labelSelector"), workload),
    )
      ? []
      : [`${path} keeps none of its pods off kubernetes.io/hostname`],
} satisfies RuleDefinition;
