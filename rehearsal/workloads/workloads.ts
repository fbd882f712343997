import { EventEmitter, once } from "node:events";
import type { Exemption } from "../../policies/model/settings";
import type { Api, KubernetesObject } from "../control-plane/api";

/** A pod, as far as the drills look at it. */
export interface Pod extends KubernetesObject {
  spec: PodSpec;
  status: {
    phase?: string;
    conditions?: { type: string; status: string; lastTransitionTime?: string }[];
    containerStatuses?: {
      state: { waiting?: { reason: string }; terminated?: { exitCode: number } };
    }[];
  };
}

/** What a pod runs and names. */
export interface PodSpec {
  nodeName?: string;
  serviceAccountName?: string;
  imagePullSecrets?: { name: string }[];
  containers: Container[];
  initContainers?: Container[];
  volumes?: {
    secret?: { secretName: string; optional?: boolean; items?: { key: string }[] };
    configMap?: { name: string; optional?: boolean; items?: { key: string }[] };
    persistentVolumeClaim?: { claimName: string };
    projected?: { sources: { secret?: Named; configMap?: Named }[] };
  }[];
}

interface Named {
  name: string;
  optional?: boolean;
}

interface Container {
  name: string;
  image: string;
  args?: string[];
  env?: {
    valueFrom?: {
      secretKeyRef?: Named & { key: string };
      configMapKeyRef?: Named & { key: string };
    };
  }[];
  envFrom?: { secretRef?: Named; configMapRef?: Named }[];
}

interface Controller extends KubernetesObject {
  metadata: KubernetesObject["metadata"] & { generation: number };
  spec: {
    replicas?: number;
    minReadySeconds?: number;
    selector: { matchLabels: Record<string, string> };
  };
  status: { observedGeneration?: number; replicas?: number; updatedReplicas?: number };
}

interface Autoscaler extends KubernetesObject {
  spec: { minReplicas?: number; scaleTargetRef: { kind: string; name: string } };
}

/** A disruption budget. */
export interface Budget extends KubernetesObject {
  spec: { selector: { matchLabels: Record<string, string> } };
  status?: { currentHealthy: number; desiredHealthy: number; expectedPods: number };
}

/** A Deployment or StatefulSet at this moment. */
export interface Workload {
  /** `namespace/name`. */
  id: string;
  /** Replicas that it should have: its autoscaler's minimum, or its own count. */
  desired: number;
  minReadySeconds: number;
  /** Its pods, those on their way out included. */
  pods: Pod[];
  budgets: Budget[];
  /** Whether the controllers have done all that its newest revision asks for. */
  settled: boolean;
  /** Rules of the policy pack that it is exempt from, by name. */
  exempt: string[];
}

const watched = {
  deployments: "/apis/apps/v1/deployments",
  statefulSets: "/apis/apps/v1/statefulsets",
  autoscalers: "/apis/autoscaling/v2/horizontalpodautoscalers",
  budgets: "/apis/policy/v1/poddisruptionbudgets",
  pods: "/api/v1/pods",
};

/** All workloads of a control plane, followed by watches: no change goes unseen. */
export class Workloads {
  private readonly objects = new Map<keyof typeof watched, Map<string, KubernetesObject>>();
  private readonly changes = new EventEmitter().setMaxListeners(0);
  private readonly ending = new AbortController();
  private readonly everSeen = new Map<string, Pod>();
  private lostNodes = new Set<string>();
  private fail!: (error: Error) => void;

  /** Rejects when a watch ends: from then on nothing here could be trusted. */
  readonly failure = new Promise<never>((_, reject) => (this.fail = reject));

  private constructor(private readonly exemptions: Exemption[]) {
    this.failure.catch(() => {});
  }

  /** @param exemptions workloads that the policy pack does not hold to all of its rules */
  static async follow(api: Api, exemptions: Exemption[] = []) {
    const workloads = new Workloads(exemptions);
    await Promise.all(
      (Object.keys(watched) as (keyof typeof watched)[]).map((kind) => workloads.watch(api, kind)),
    );
    return workloads;
  }

  /** Stops following, and ends whatever still waits here. */
  end(reason = new Error("the workloads are no longer followed")): void {
    this.ending.abort();
    this.fail(reason);
  }

  get all(): Workload[] {
    const autoscalers = this.of<Autoscaler>("autoscalers");
    const pods = this.of<Pod>("pods");
    const budgets = this.of<Budget>("budgets");
    return [...this.of<Controller>("deployments"), ...this.of<Controller>("statefulSets")]
      .map((controller) => describe(controller, autoscalers, pods, budgets))
      .map((workload) => {
        const exemption = this.exemptions.find(({ object }) => object.endsWith(` ${workload.id}`));
        return { ...workload, exempt: Object.keys(exemption?.excuses ?? {}) };
      });
  }

  get pods(): Pod[] {
    return this.of<Pod>("pods");
  }

  /** All pods there have been, those that are gone in their last state. */
  get seen(): Pod[] {
    return [...this.everSeen.values()];
  }

  get budgets(): Budget[] {
    return this.of<Budget>("budgets");
  }

  /** Whether a pod can serve: Ready, not on its way out, and its node not one we have killed. */
  serves(pod: Pod): boolean {
    return (
      isReady(pod) && !pod.metadata.deletionTimestamp && !this.lostNodes.has(pod.spec.nodeName!)
    );
  }

  /** Pods of these nodes no longer serve, though the API server does not know it yet. */
  lose(nodes: string[]): void {
    this.lostNodes = new Set(nodes);
    this.changes.emit("change");
  }

  /** Calls `look` now and after every change, until the returned function is called. */
  onChange(look: () => void): () => void {
    this.changes.on("change", look);
    look();
    return () => this.changes.off("change", look);
  }

  /**
   * Waits until `problem` finds nothing any more and returns the seconds that took.
   * Rejects after `within` seconds with what it found last.
   */
  async until(problem: () => string | undefined, within: number): Promise<number> {
    const start = performance.now();
    const timeout = AbortSignal.timeout(Math.ceil(within * 1000));
    for (;;) {
      const found = problem();
      if (found === undefined) return (performance.now() - start) / 1000;
      await Promise.race([once(this.changes, "change", { signal: timeout }), this.failure]).catch(
        (error: Error) => {
          throw timeout.aborted ? new Error(`${found} after ${within} s`) : error;
        },
      );
    }
  }

  /** Which workloads have not all their replicas ready, if any. */
  incomplete(): string | undefined {
    const found = this.all.flatMap(({ id, desired, pods }) => {
      const serving = pods.filter((pod) => this.serves(pod)).length;
      return serving < desired ? `${id}: ${serving} of ${desired} ready` : [];
    });
    return found.length > 0 ? found.join(", ") : undefined;
  }

  /** What keeps the workloads from their steady state, if anything. */
  unsteady(): string | undefined {
    const rolling = this.all.filter(({ settled }) => !settled).map(({ id }) => id);
    const unsettled = rolling.length > 0 ? `${rolling.join(", ")}: still rolling out` : undefined;
    return this.incomplete() ?? unsettled;
  }

  private of<T extends KubernetesObject>(kind: keyof typeof watched): T[] {
    return [...this.objects.get(kind)!.values()] as T[];
  }

  private async watch(api: Api, kind: keyof typeof watched): Promise<void> {
    const objects = new Map<string, KubernetesObject>();
    this.objects.set(kind, objects);
    await api.watch(
      watched[kind],
      ({ type, object }) => {
        if (type === "DELETED") objects.delete(object.metadata.uid!);
        else objects.set(object.metadata.uid!, object);
        if (kind === "pods") this.everSeen.set(object.metadata.uid!, object as Pod);
        this.changes.emit("change");
      },
      this.fail,
      this.ending.signal,
    );
  }
}

/** The workloads that a rule of the policy pack holds for, and what a claim says of the others. */
export function heldTo(rule: string, workloads: Workload[]): { held: Workload[]; but: string } {
  const exempt = workloads.filter((workload) => workload.exempt.includes(rule));
  return {
    held: workloads.filter((workload) => !exempt.includes(workload)),
    but: exempt.map(({ id }) => `; exempt: ${id}`).join(""),
  };
}

/** Whether the kubelet, here kwok, has said that a pod is Ready. */
export function isReady(pod: Pod): boolean {
  return readyCondition(pod)?.status === "True";
}

/** The time of a pod's last change to or from Ready, in ms. */
export function readySince(pod: Pod): number {
  return Date.parse(readyCondition(pod)?.lastTransitionTime ?? "");
}

function readyCondition(pod: Pod) {
  return pod.status.conditions?.find(({ type }) => type === "Ready");
}

function describe(
  controller: Controller,
  autoscalers: Autoscaler[],
  pods: Pod[],
  budgets: Budget[],
): Omit<Workload, "exempt"> {
  const { metadata, spec, status } = controller;
  const { namespace, name } = metadata;
  const autoscaler = autoscalers.find(
    ({ metadata: of, spec: { scaleTargetRef } }) =>
      of.namespace === namespace && scaleTargetRef.name === name,
  );
  const desired = Math.max(spec.replicas ?? 1, autoscaler?.spec.minReplicas ?? 0);
  const own = pods.filter(
    (pod) =>
      pod.metadata.namespace === namespace &&
      selects(spec.selector.matchLabels, pod.metadata.labels),
  );
  return {
    id: `${namespace}/${name}`,
    desired,
    minReadySeconds: spec.minReadySeconds ?? 0,
    pods: own,
    budgets: budgets.filter(
      (budget) =>
        budget.metadata.namespace === namespace &&
        selects(budget.spec.selector.matchLabels, spec.selector.matchLabels),
    ),
    settled:
      status.observedGeneration === metadata.generation &&
      status.replicas === desired &&
      status.updatedReplicas === desired,
  };
}

function selects(selector: Record<string, string>, labels: Record<string, string> = {}): boolean {
  return Object.entries(selector).every(([key, value]) => labels[key] === value);
}
