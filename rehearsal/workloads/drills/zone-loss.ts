import type { Drill, Say } from "../../drill";
import type { Cluster } from "../cluster";
import { shortened } from "../../control-plane/programs";
import { claim, type Claim } from "../../../lib/claim";
import { withSteadyState } from "../steady-state";
import { placementClaims } from "./placement";

/** Seconds that the charts let a pod stay on a node that is lost. */
const toleration = 30;
/** Seconds between one lost node and the next being emptied: Kubernetes' eviction rate of 0.1/s. */
const perNode = 10;
/** Seconds that the scheduler and the controllers may take for all of it. */
const reaction = 5;

/** A zone's nodes lose their power; the replicas come back elsewhere. */
export const zoneLoss: Drill<Cluster> = {
  name: "zone-loss",
  title: "Loss of a zone",
  async run(cluster, say) {
    const { plane, workloads } = cluster;
    const share = (desired: number) => Math.ceil(desired / plane.zones.length);
    const tolerance = {
      away: ({ desired }: { desired: number }) => share(desired),
      recovery: 60,
    };
    return withSteadyState("zone-loss", cluster, tolerance, async () => {
      const zone = plane.zones.at(-1)!;
      try {
        return await lose(cluster, zone, say);
      } finally {
        await plane.restoreZone(zone);
        workloads.lose([]);
      }
    });
  },
};

async function lose(cluster: Cluster, zone: string, say: Say): Promise<Claim[]> {
  const { plane, workloads } = cluster;
  const nodes = plane.nodesOf(zone);
  const { here, real } = shortened.nodeMonitorGrace;
  const limit = here + toleration + perNode * nodes.length + plane.nodes.podStart + reaction;
  const inZone = () =>
    workloads.all.flatMap(({ pods }) => pods).filter((pod) => nodes.includes(pod.spec.nodeName!));
  const lost = inZone().length;
  say(`${zone} is lost; waiting until its pods are given up`);
  const how = await plane.loseZone(zone);
  workloads.lose(nodes);
  const start = performance.now();
  const since = () => (performance.now() - start) / 1000;
  await workloads.until(() => {
    const kept = inZone().filter(({ metadata }) => !metadata.deletionTimestamp).length;
    return kept > 0 ? `${kept} pods of ${zone} are not given up` : undefined;
  }, limit);
  const givenUp = since();
  say("replacing its replicas in the other zones");
  await workloads.until(() => workloads.incomplete(), limit - givenUp);
  const replaced = since();
  const injection =
    `${how}, and the leases of its ${nodes.length} nodes ran out; ` +
    `the node controller had given up all ${lost} pods after ${givenUp.toFixed(1)} s`;
  const [perNodeClaim] = placementClaims("zone-loss", { plane, workloads });
  return [
    claim({
      id: "zone-loss.replaced",
      claim: `All replicas are ready in the other zones (a node counts as lost after ${here} s here, ${real} s on a real cluster)`,
      // Nothing lost would be no drill.
      value: lost === 0 ? Infinity : replaced,
      unit: "s",
      limit,
      kind: cluster.kind,
      injection,
    }),
    { ...perNodeClaim!, injection },
  ];
}
