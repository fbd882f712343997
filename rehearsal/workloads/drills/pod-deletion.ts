import type { Drill, Say } from "../../drill";
import type { Cluster } from "../cluster";
import { claim, type Claim } from "../../../lib/claim";
import { withSteadyState } from "../steady-state";

/** Seconds in which a deleted pod has to be replaced. */
const replacementLimit = 30;

/** A pod of every workload is deleted, at random, once in each zone; it is replaced in time. */
export const podDeletion: Drill<Cluster> = {
  name: "pod-deletion",
  title: "Deletion of pods at random",
  async run(cluster, say) {
    const { workloads } = cluster;
    const tolerance = { away: () => 1, recovery: replacementLimit };
    return withSteadyState("pod-deletion", cluster, tolerance, async () => {
      let violated = 0;
      const stop = workloads.onChange(() => {
        // Others select pods that only an operator would make.
        const budgets = new Set(workloads.all.flatMap((workload) => workload.budgets));
        const below = [...budgets].filter(
          ({ status }) => status && status.currentHealthy < status.desiredHealthy,
        );
        violated = Math.max(violated, below.length);
      });
      const replacement = await deleteInEveryZone(cluster, say).finally(stop);
      return [
        replacement,
        claim({
          id: "pod-deletion.budgets-violated",
          claim: "No disruption budget is violated",
          value: violated,
          unit: "budgets",
          limit: 0,
          repetitions: replacement.repetitions,
          injection: replacement.injection,
        }),
      ];
    });
  },
};

async function deleteInEveryZone(cluster: Cluster, say: Say): Promise<Claim> {
  const { plane, workloads } = cluster;
  // Each round in another zone: in the same one, the pod that is still leaving holds the node that
  // its next replacement would need.
  const orders = new Map(workloads.all.map(({ id }) => [id, shuffled(plane.zones)]));
  const deleted: string[] = [];
  let slowest = 0;
  for (const round of plane.zones.keys()) {
    say(`round ${round + 1} of ${plane.zones.length}`);
    const victims = workloads.all.flatMap(({ id, pods }) => {
      const zone = orders.get(id)?.[round];
      const serving = pods.filter((pod) => workloads.serves(pod));
      return shuffled(serving.filter((pod) => plane.zoneOf(pod.spec.nodeName!) === zone))[0] ?? [];
    });
    await Promise.all(
      victims.map(({ metadata: { namespace, name } }) =>
        plane.api.delete(`/api/v1/namespaces/${namespace}/pods/${name}`),
      ),
    );
    const start = performance.now();
    const uids = new Set(victims.map(({ metadata }) => metadata.uid));
    await workloads.until(() => {
      const serve = workloads.pods.filter((pod) => workloads.serves(pod));
      return serve.some((pod) => uids.has(pod.metadata.uid)) ? "nothing is deleted" : undefined;
    }, replacementLimit);
    await workloads.until(() => workloads.incomplete(), replacementLimit);
    slowest = Math.max(slowest, (performance.now() - start) / 1000);
    deleted.push(...victims.map(({ metadata }) => metadata.name));
  }
  return claim({
    id: "pod-deletion.replaced",
    claim: `A deleted pod is replaced by a ready one${cluster.caveat("its start is simulated")}`,
    // Nothing deleted would be no drill.
    value: deleted.length === 0 ? Infinity : slowest,
    unit: "s",
    limit: replacementLimit,
    kind: cluster.kind,
    repetitions: plane.zones.length,
    injection: `deleted: ${deleted.join(", ")}`,
  });
}

function shuffled<T>(items: T[]): T[] {
  return items
    .map((item) => ({ item, place: Math.random() }))
    .sort((a, b) => a.place - b.place)
    .map(({ item }) => item);
}
