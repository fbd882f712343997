import {
  autoscalerOf,
  containers,
  deployment,
  fewestReplicas,
  podSpec,
  preStopSeconds,
  probeSeconds,
} from "../../model/kubernetes";
import { podCount } from "../../model/quantity";
import { at, numberAt, type Resource, type Stack } from "../../model/resource";

/** How a workload goes from one revision to the next, in pods and seconds; NaN where it does not say. */
export interface Rollout {
  fewest: number;
  most: number;
  /** Pods that serve at any moment of it, of the fewest. */
  serving: number;
  /** Pods that are replaced at once; 0: it never goes on. */
  atOnce: number;
  /** From a pod's start until it counts. */
  start: number;
  /** From the first pod to the last. */
  seconds: number;
  /** Until a pod that is told to leave has left. */
  leave: number;
  /** Kubernetes' patience with one that does not go on. */
  patience: number;
}

/** Kubernetes' own where a Deployment says nothing: seconds, and a share of its pods. */
const defaults = { progressDeadline: 600, grace: 30, share: "25%" };

/** A Deployment's rollout, at its worst: every pod takes as long to start as its probe allows. */
export function rolloutOf(workload: Resource, stack: Stack): Rollout {
  const { properties } = workload;
  const number = (path: string, otherwise: number) =>
    at(properties, path) === undefined ? otherwise : numberAt(properties, path);
  const fewest = numberAt({ replicas: fewestReplicas(workload, stack) }, "replicas");
  const hpa = autoscalerOf(workload, stack);
  const most = hpa ? numberAt(hpa.properties, "spec.maxReplicas") : fewest;
  const recreated = at(properties, "spec.strategy.type") === "Recreate";
  const pods = (key: string, round: (share: number) => number) =>
    podCount(at(properties, `spec.strategy.rollingUpdate.${key}`) ?? defaults.share, fewest, round);
  const surge = recreated ? 0 : pods("maxSurge", Math.ceil);
  const gone = recreated ? most : pods("maxUnavailable", Math.floor);
  const starts = containers(workload).map((container) => startSeconds(container));
  const start = Math.max(0, ...starts) + number("spec.minReadySeconds", 0);
  const atOnce = surge + gone;
  return {
    fewest,
    most,
    serving: Math.max(0, fewest - gone),
    atOnce,
    start,
    seconds: Math.ceil(most / atOnce) * start,
    leave: grace(workload),
    patience: number("spec.progressDeadlineSeconds", defaults.progressDeadline),
  };
}

/** Workloads that a release rolls out by itself; those of an operator follow its own rules. */
export function rolled(stack: Stack): Resource[] {
  return stack.ofType(deployment);
}

/** Longest that a pod stays after it was told to leave, seconds. */
export function grace(workload: Resource): number {
  const key = "terminationGracePeriodSeconds";
  const pod = podSpec(workload);
  return at(pod, key) === undefined ? defaults.grace : numberAt(pod, key);
}

/** Whether a container is killed in the middle of the pause that lets requests drain. */
export function isCutShort(workload: Resource): boolean {
  const longest = Math.max(0, ...containers(workload).map((one) => preStopSeconds(one) ?? 0));
  return longest > 0 && longest >= grace(workload);
}

function startSeconds(container: unknown): number {
  const startup = at(container, "startupProbe");
  const ready = at(container, "readinessProbe");
  const wait = (probe: unknown) => numberAt(probe, "initialDelaySeconds") || 0;
  // Without a startup probe nothing bounds a start but the rollout's own patience.
  if (startup === undefined) return wait(ready) + (numberAt(ready, "periodSeconds") || 0);
  return wait(startup) + probeSeconds(startup) + wait(ready);
}
