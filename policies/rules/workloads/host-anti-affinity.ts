import { podSpec, replicated, running, selects } from "../../model/kubernetes";
import { at, list } from "../../model/resource";
import type { RuleDefinition } from "../../model/rule";

const path = "affinity.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution";

export default {
  name: "host-anti-affinity",
  severity: "critical",
  from: "starter",
  demands: "No two pods of a workload run on one host, and others' do not keep them away.",
  reason:
    "A host takes all of its pods along; a preference alone gives way just when hosts are scarce, and one against others' pods finds none.",
  needs: "release",
  types: replicated,
  judge: (workload, stack) => {
    const terms = list(podSpec(workload), path);
    const others = stack.beside(workload, ...running).filter((other) => other !== workload);
    return [
      ...(terms.some(
        (term) =>
          at(term, "topologyKey") === "kubernetes.io/hostname" &&
          selects(at(term, "labelSelector"), workload),
      )
        ? []
        : [`${path} keeps none of its pods off kubernetes.io/hostname`]),
      ...others
        .filter((other) => terms.some((term) => selects(at(term, "labelSelector"), other)))
        .map(({ name }) => `${path} keeps its pods off those of ${name} too`),
    ];
  },
} satisfies RuleDefinition;
