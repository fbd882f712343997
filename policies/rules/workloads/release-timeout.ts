import {
  autoscalerOf,
  containers,
  deployment,
  probeSeconds,
  releaseType,
} from "../../model/kubernetes";
import { show } from "../../model/expectation";
import { deployedBy } from "../../releases/deployed";
import { at, numberAt, Stack } from "../../model/resource";
import type { RuleDefinition } from "../../model/rule";

export default {
  name: "release-timeout",
  severity: "high",
  from: "starter",
  demands: "A release waits as long as its pods, one after the other, may take to start.",
  reason: "A slow but healthy rollout would be rolled back, in the middle of an incident.",
  needs: "resource",
  types: [releaseType],
  judge: (release, _, settings) => {
    const deployed = deployedBy(release, settings);
    if ("problem" in deployed) return [];
    const objects = new Stack(deployed.objects);
    const starts = objects.ofType(deployment).map((workload) => {
      const hpa = autoscalerOf(workload, objects);
      const pods = hpa
        ? numberAt(hpa.properties, "spec.maxReplicas")
        : numberAt(workload.properties, "spec.replicas");
      const ready = numberAt(workload.properties, "spec.minReadySeconds") || 0;
      const probes = containers(workload).map((container) => at(container, "startupProbe"));
      return pods * (ready + Math.max(0, ...probes.filter(Boolean).map(probeSeconds)));
    });
    const least = Math.max(0, ...starts);
    const { timeout } = release.properties;
    return typeof timeout === "number" && timeout >= least && timeout > 0
      ? []
      : [`timeout is ${show(timeout)}; it must be ${least || 1} s or more`];
  },
} satisfies RuleDefinition;
