import { configMap, deployment, podSpec } from "../../model/kubernetes";
import { at, list, type Properties } from "../../model/resource";
import type { RuleDefinition } from "../../model/rule";

export default {
  name: "configuration-followed",
  severity: "high",
  from: "starter",
  demands: "Pods that read a ConfigMap of their release bear its checksum.",
  reason: "Else a change of it reaches each pod whenever that restarts, unseen and one at a time.",
  needs: "release",
  types: [deployment],
  judge: (workload, stack) => {
    const own = stack
      .beside(workload, configMap)
      .map(({ properties }) => at(properties, "metadata.name"));
    const read = list(podSpec(workload), "volumes")
      .flatMap((volume) => [volume, ...list(volume, "projected.sources")])
      .map((source) => at(source, "configMap.name"))
      .filter((name) => name !== undefined && own.includes(name));
    const annotations = at(workload.properties, "spec.template.metadata.annotations");
    const checksum = (annotations as Properties | undefined)?.["checksum/config"];
    return read.length === 0 || (typeof checksum === "string" && checksum !== "")
      ? []
      : [`its pods read ${String(read[0])} and bear no checksum/config`];
  },
} satisfies RuleDefinition;
