import type { Drill, Say } from "../../drill";
import { ApiError } from "../../control-plane/api";
import type { Cluster } from "../cluster";
import { claim, type Claim } from "../../../lib/claim";
import { withSteadyState } from "../steady-state";
import { heldTo, type Pod } from "../workloads";

/** Seconds that the drain of one node may take. */
const drainLimit = 120;
const tooManyRequests = 429;

/** A node is drained by the eviction API, while someone else tries to evict a second replica. */
export const nodeDrain: Drill<Cluster> = {
  name: "node-drain",
  title: "Drain of a node by the eviction API",
  async run(cluster, say) {
    return withSteadyState("node-drain", cluster, { away: () => 1, recovery: 60 }, async () => {
      const node = busiestNode(cluster);
      const path = `/api/v1/nodes/${node}`;
      say(`draining ${node}`);
      await cluster.plane.api.patch(path, { spec: { unschedulable: true } });
      try {
        return await drain(cluster, node, say);
      } finally {
        await cluster.plane.api.patch(path, { spec: { unschedulable: null } });
      }
    });
  },
};

async function drain(cluster: Cluster, node: string, say: Say): Promise<Claim[]> {
  const { workloads } = cluster;
  const start = performance.now();
  let refused = 0;
  let accepted = 0;
  let evictions = 0;
  for (const workload of workloads.all) {
    const serving = workload.pods.filter((pod) => workloads.serves(pod));
    for (const pod of serving.filter((pod) => pod.spec.nodeName === node)) {
      say(`evicting ${pod.metadata.name}`);
      await evictInTurn(cluster, pod);
      evictions += 1;
      // Another drain, of another node, at the same moment.
      const second = serving.find((other) => other !== pod);
      if (second && (await evict(cluster, second))) accepted += 1;
      else refused += 1;
    }
  }
  const seconds = (performance.now() - start) / 1000;
  const staying = await stayingOn(cluster, node);
  const { held, but } = heldTo("disruption-budget", workloads.all);
  const unprotected = held.filter(({ budgets }) => budgets.length !== 1);
  const injection = `${node} cordoned, ${evictions} pods evicted, a second eviction refused ${refused} times`;
  return [
    claim({
      id: "node-drain.seconds",
      claim: "All evictions of a node succeed, one after the other",
      value: seconds,
      unit: "s",
      limit: drainLimit,
      kind: cluster.kind,
      injection,
    }),
    claim({
      id: "node-drain.pods-left",
      claim: "The drained node is empty, but for pods that are leaving",
      // Nothing to evict would be no drill.
      value: evictions === 0 ? 1 : staying.length,
      unit: "pods",
      limit: 0,
      injection,
    }),
    claim({
      id: "node-drain.second-evictions",
      claim: "While a replica is away, no second one of its workload can be evicted",
      value: accepted,
      unit: "evictions",
      limit: 0,
      injection,
    }),
    claim({
      id: "node-drain.workloads-without-budget",
      claim: `Exactly one disruption budget covers every workload${unprotected.map(({ id }) => `; not ${id}`).join("")}${but}`,
      value: unprotected.length,
      unit: "workloads",
      limit: 0,
    }),
  ];
}

/** Pods of workloads that do not leave, by the API server's word: what is watched may lag behind it. */
async function stayingOn({ plane, workloads }: Cluster, node: string): Promise<Pod[]> {
  const own = new Set(
    workloads.all.flatMap(({ pods }) => pods).map(({ metadata }) => metadata.uid),
  );
  const there = await plane.api.list<Pod>(`/api/v1/pods?fieldSelector=spec.nodeName%3D${node}`);
  return there.filter(({ metadata }) => own.has(metadata.uid) && !metadata.deletionTimestamp);
}

function busiestNode({ workloads }: Cluster): string {
  const pods = new Map<string, number>();
  for (const pod of workloads.all.flatMap(({ pods }) => pods).filter((p) => workloads.serves(p)))
    pods.set(pod.spec.nodeName!, (pods.get(pod.spec.nodeName!) ?? 0) + 1);
  return [...pods].sort(([, a], [, b]) => b - a)[0]![0];
}

/** Evicts as soon as the budget allows it, trying again after every change. */
async function evictInTurn(cluster: Cluster, pod: Pod): Promise<void> {
  const { workloads } = cluster;
  const deadline = performance.now() + drainLimit * 1000;
  while (!(await evict(cluster, pod))) {
    if (performance.now() > deadline) throw new Error(`${pod.metadata.name} cannot be evicted`);
    const before = JSON.stringify(workloads.budgets);
    const unchanged = () =>
      JSON.stringify(workloads.budgets) === before
        ? `${pod.metadata.name} is not evicted`
        : undefined;
    await workloads.until(unchanged, drainLimit);
  }
}

/** Whether the eviction was let through. */
async function evict({ plane }: Cluster, { metadata }: Pod): Promise<boolean> {
  const { namespace, name } = metadata;
  const eviction = { apiVersion: "policy/v1", kind: "Eviction", metadata: { namespace, name } };
  try {
    await plane.api.create(`/api/v1/namespaces/${namespace}/pods/${name}/eviction`, eviction);
    return true;
  } catch (error) {
    if (error instanceof ApiError && error.status === tooManyRequests) return false;
    throw error;
  }
}
