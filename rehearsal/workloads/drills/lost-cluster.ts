import type { Drill } from "../../drill";
import type { Cluster } from "../cluster";
import { claim, skipped, type Claim } from "../../../lib/claim";
import { completeAfter, steadyBefore } from "../steady-state";
import type { Stream } from "../writer";
import { dependentsOf } from "../../../plan/dependents";
import { isOfCluster, outlivesCluster } from "../../../policies/model/cluster-loss";

/** Seconds in which everything has to be there again; the design's target. */
const rebuildLimit = 120;

/** Acknowledged writes that are watched before the loss, and after the rebuild. */
const writesWatched = 20;
/** Seconds that they may take. */
const writesLimit = 30;

/** Control plane and storage are wiped; one step brings all of it back from the same plan. */
export const lostCluster: Drill<Cluster> = {
  name: "lost-cluster",
  title: "Lost cluster",
  async run(cluster, say) {
    const { plan } = cluster;
    const steady = await steadyBefore("lost-cluster", cluster);
    const before = cluster.workloads.all.map(({ id, desired }) => `${id} × ${desired}`).sort();
    const folder = cluster.plane.folder;
    const stream = await cluster.site.writer?.start(() => cluster.workloads);
    await stream?.more(writesWatched, writesLimit);
    const start = performance.now();
    await cluster.rebuild(say);
    const seconds = (performance.now() - start) / 1000;
    const after = new Set(cluster.workloads.all.map(({ id, desired }) => `${id} × ${desired}`));
    const missing = before.filter((workload) => !after.has(workload));
    const clusters = plan.resources.filter(({ urn }) => isOfCluster(urn));
    const data = plan.resources.filter(({ urn }) => outlivesCluster(urn));
    const touched = dependentsOf(plan, clusters).filter(({ urn }) => outlivesCluster(urn));
    await stream?.more(writesWatched, writesLimit);
    const injection = `all processes killed, ${folder} with etcd's data removed`;
    return [
      steady,
      claim({
        id: "lost-cluster.rebuilt",
        claim:
          "Control plane and every release that can be had here are back (nothing serves until then; AWS's own time is not in it)",
        value: seconds,
        unit: "s",
        limit: rebuildLimit,
        kind: cluster.kind,
        injection,
      }),
      claim({
        id: "lost-cluster.workloads-missing",
        claim: `The same workloads as before${missing.map((workload) => `; not ${workload}`).join("")}`,
        value: missing.length,
        unit: "workloads",
        limit: 0,
        injection,
      }),
      claim({
        id: "lost-cluster.data-resources-touched",
        claim: `None of the plan's ${data.length} resources that have to outlive the cluster depends on it${touched.map(({ urn }) => `; not ${urn}`).join("")}`,
        // A plan without a cluster or data would prove nothing.
        value: clusters.length === 0 || data.length === 0 ? 1 : touched.length,
        unit: "resources",
        limit: 0,
        injection: "the plan's graph: dependencies, parents, providers and deletedWith",
      }),
      ...(await written(stream, injection)),
      await completeAfter("lost-cluster", cluster, 1),
    ];
  },
};

/** What writers have had of it; the database goes on meanwhile, as RDS does. */
async function written(stream: Stream | undefined, injection: string): Promise<Claim[]> {
  if (!stream)
    return [
      skipped("lost-cluster.writes-lost", "No writes: there is no container that takes them"),
    ];
  const { acknowledged, contradicted, gap } = await stream.stop();
  return [
    claim({
      id: "lost-cluster.writes-lost",
      claim: `Of ${acknowledged} writes acknowledged before the loss and after the rebuild each is stored once, and no refused one`,
      value: acknowledged < 2 * writesWatched ? Infinity : contradicted,
      unit: "writes",
      limit: 0,
      injection,
    }),
    claim({
      id: "lost-cluster.gap",
      claim: "Longest time without an acknowledged write",
      value: gap,
      unit: "s",
      limit: rebuildLimit,
      injection,
    }),
  ];
}
