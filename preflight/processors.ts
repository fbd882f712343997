import {
  autoscalerOf,
  cronJob,
  daemonSet,
  deployment,
  fewestReplicas,
  job,
  replicated,
} from "../policies/model/kubernetes";
import { amount, podCount } from "../policies/model/quantity";
import { at, numberAt, type Resource, type Stack } from "../policies/model/resource";
import { ofOnePod } from "../policies/models/survival/room";

/**
 * The smallest node that Auto Mode starts for an application, and what pods get of it: EKS keeps 6 %
 * of the first processor and 1 % of the second for the kubelet (amazon-eks-ami,
 * nodeadm/internal/kubelet/config.go: getCPUMillicoresToReserve).
 */
const node = { processors: 2, forPods: 1.93 };

const addonType = "aws:eks/addon:Addon";

/** Kubernetes' own share of a Deployment's pods that a rollout adds. */
const defaultSurge = "25%";

/**
 * Processors that the stack's nodes may want at once: every workload at its autoscaler's most and in
 * the middle of a rollout, each zone with its share of the pods, the share of one zone once more, as
 * the instances of a lost zone still count while its pods start elsewhere, and every job running. The
 * nodes are of the smallest size and well filled: it is what is needed at least.
 */
export function processorsOf(stack: Stack, zones: number): number {
  const inZone = sum(stack.ofType(...replicated), (workload) => {
    const pods = most(workload, stack);
    return Math.ceil((pods + surgeOf(workload, pods)) / zones) * cpu(workload);
  });
  const jobs = sum(stack.ofType(job, cronJob), cpu);
  return node.processors * ((zones + 1) * nodesFor(inZone, stack) + nodesFor(jobs, stack));
}

/** The same when nothing happens: every workload at its fewest, no rollout, no job, no zone lost. */
export function processorsAtRest(stack: Stack, zones: number): number {
  const inZone = sum(
    stack.ofType(...replicated),
    (workload) => Math.ceil(fewest(workload, stack) / zones) * cpu(workload),
  );
  return node.processors * zones * nodesFor(inZone, stack);
}

/** Nodes that hold pods of so many processors, beside what runs on each. */
function nodesFor(processors: number, stack: Stack): number {
  const everywhere = sum(stack.ofType(daemonSet), cpu) + sum(stack.ofType(addonType), ofAddon);
  return Math.ceil(processors / (node.forPods - everywhere));
}

/** Pods of a workload at its autoscaler's most. */
function most(workload: Resource, stack: Stack): number {
  const bound = at(autoscalerOf(workload, stack)?.properties, "spec.maxReplicas");
  const least = fewest(workload, stack);
  return typeof bound === "number" ? Math.max(bound, least) : least;
}

function fewest(workload: Resource, stack: Stack): number {
  return numberAt({ pods: fewestReplicas(workload, stack) }, "pods") || 0;
}

/** Pods that a rollout adds; only a Deployment's does. */
function surgeOf(workload: Resource, pods: number): number {
  const recreated = at(workload.properties, "spec.strategy.type") === "Recreate";
  if (workload.type !== deployment || recreated) return 0;
  const surge = at(workload.properties, "spec.strategy.rollingUpdate.maxSurge") ?? defaultSurge;
  return podCount(surge, pods, Math.ceil) || 0;
}

/** What an add-on's pods on every node request, as far as its configuration says it. */
function ofAddon({ properties }: Resource): number {
  const text = at(properties, "configurationValues");
  if (typeof text !== "string") return 0;
  const configured: unknown = JSON.parse(text);
  return sum(["agent", "containerLogs.fluentBit"], (part) =>
    amount(at(configured, `${part}.resources.requests.cpu`) ?? 0),
  );
}

/** What one pod requests; what says nothing requests nothing, and a rule objects. */
function cpu(workload: Resource): number {
  return ofOnePod(workload, "cpu") || 0;
}

function sum<T>(items: T[], of: (item: T) => number): number {
  return items.reduce((total, item) => total + of(item), 0);
}
