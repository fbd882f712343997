import { readdirSync, readFileSync } from "node:fs";
import { output, run } from "../lib/processes";
import { tool } from "../tools";
import type { Pod } from "../rehearsal/workloads/workloads";
import type { Platform } from "./platform";

/** What a pod's status says of its containers. */
interface WithContainers {
  status: {
    conditions?: { type: string; reason?: string; message?: string }[];
    podIP?: string;
    containerStatuses?: {
      name: string;
      containerID?: string;
      restartCount: number;
      resources?: { limits?: { memory?: string } };
      lastState?: { terminated?: { exitCode: number; reason?: string } };
    }[];
  };
}

/** What a pod's containers may have. */
interface WithLimits {
  spec: { containers: { name: string; resources: { limits: { memory: string } } }[] };
}

/** A container that runs, as its node knows it. */
export interface Container {
  pod: Pod;
  name: string;
  /** Its id without the runtime's name. */
  id: string;
  restarts: number;
  lastEnd?: { exitCode: number; reason?: string };
}

/** Pods of one of the application's services that serve, in the zones' order. */
export function servingPods({ workloads }: Platform, service: "backend" | "frontend"): Pod[] {
  const { pods } = workloads.all.find(({ id }) => id === `mini-xdr/mini-xdr-${service}`)!;
  return pods
    .filter((pod) => workloads.serves(pod))
    .sort((a, b) => a.spec.nodeName!.localeCompare(b.spec.nodeName!));
}

/** Workloads that users' requests pass. */
const passed = /^(mini-xdr\/mini-xdr-(backend|frontend)|database\/pgbouncer)$/;

/** Ids of the processes in pods that users' requests pass now. */
export function servingProcesses({ workloads }: Platform): string[] {
  const pods = workloads.all
    .filter(({ id }) => passed.test(id))
    .flatMap((workload) => workload.pods);
  const serving = pods.filter((pod) => workloads.serves(pod));
  const uids = new Set(serving.map(({ metadata }) => metadata.uid));
  return readdirSync("/proc").filter((name) => /^\d+$/.test(name) && uids.has(podOf(name)));
}

/** The uid of the pod that a process belongs to, by its cgroup; undefined for any other process. */
function podOf(pid: string): string | undefined {
  try {
    return /\/pod([\da-f-]{36})\//.exec(readFileSync(`/proc/${pid}/cgroup`, "utf8"))?.[1];
  } catch {
    return undefined; // it has ended
  }
}

/** A pod's container of that name, as the API server has it now. */
export function containerOf(pod: Pod, name: string): Container {
  const { status } = pod as unknown as WithContainers;
  const found = status.containerStatuses!.find((container) => container.name === name)!;
  return {
    pod,
    name,
    id: found.containerID!.replace(/^\w+:\/\//, ""),
    restarts: found.restartCount,
    lastEnd: found.lastState?.terminated,
  };
}

/** Ends a container's first process at once, past its kubelet. */
export function killContainer(platform: Platform, container: Container): Promise<void> {
  return signal(platform, container, "SIGKILL");
}

/** Has a container's first process stand still. It does not know; its kubelet will. */
export function freezeContainer(platform: Platform, container: Container): Promise<void> {
  return signal(platform, container, "SIGSTOP");
}

async function signal(platform: Platform, { pod, id }: Container, name: string): Promise<void> {
  const [command = "", ...ctr] = await containerdOf(platform, pod);
  await output(command, [...ctr, "tasks", "kill", "--signal", name, id]);
}

let execs = 0;

/** Runs a program in a container, as its user and within its limits. Returns its exit code. */
export async function runIn(
  platform: Platform,
  { pod, id }: Container,
  program: string[],
): Promise<number> {
  const [command = "", ...ctr] = await containerdOf(platform, pod);
  const exec = ["tasks", "exec", "--exec-id", `rehearsal-${++execs}`, id, ...program];
  return (await run(command, [...ctr, ...exec])).code;
}

/** Command prefix that talks to the containerd of a pod's node. */
async function containerdOf({ nodes }: Platform, pod: Pod): Promise<string[]> {
  const node = nodes.node(pod.spec.nodeName!);
  return [...node.inside(), await tool("ctr"), "--namespace", "k8s.io"];
}

/**
 * Gives a running container another memory limit, as kubelets can without a restart. Resolves with
 * the one before, once it counts.
 */
export async function limitMemory(
  { plane, workloads }: Platform,
  { pod, name }: Container,
  memory: string,
): Promise<string> {
  const { namespace, name: podName, uid } = pod.metadata;
  const path = `/api/v1/namespaces/${namespace}/pods/${podName}`;
  const { spec } = await plane.api.get<WithLimits>(path);
  const containers = structuredClone(spec.containers);
  const { limits } = containers.find((container) => container.name === name)!.resources;
  const before = limits.memory;
  limits.memory = memory;
  await plane.api.patch(`${path}/resize`, { spec: { containers } });
  const another = () => {
    const now = workloads.pods.find(({ metadata }) => metadata.uid === uid);
    const { containerStatuses, conditions } = (now as unknown as WithContainers).status;
    const found = containerStatuses!.find((container) => container.name === name)!;
    if (found.resources?.limits?.memory === memory) return undefined;
    const why = conditions?.filter(({ type }) => type.startsWith("PodResize")) ?? [];
    return `${podName} has another limit ${JSON.stringify(why)}`;
  };
  await workloads.until(another, 60);
  return before;
}

/** Deletes a pod as an operator does: with its grace. */
export async function deletePod({ plane }: Platform, { metadata }: Pod): Promise<void> {
  await plane.api.delete(`/api/v1/namespaces/${metadata.namespace}/pods/${metadata.name}`);
}

/** Resolves when these pods are gone. @throws Error after so many seconds */
export async function gone({ workloads }: Platform, pods: Pod[], within: number): Promise<number> {
  const uids = new Set(pods.map(({ metadata }) => metadata.uid));
  return workloads.until(() => {
    const left = workloads.pods.filter(({ metadata }) => uids.has(metadata.uid));
    return left.length > 0
      ? `${left.map(({ metadata }) => metadata.name).join(", ")} there`
      : undefined;
  }, within);
}
