import type { Drill } from "../../drill";
import type { Cluster } from "../cluster";
import { runsPods } from "../charts";
import { nextTag } from "../images";
import { claim } from "../../../lib/claim";
import { CommandFailed } from "../../../lib/processes";
import { withSteadyState } from "../steady-state";
import { withTag } from "../values";
import { readySince } from "../workloads";

/** Old pods per workload that stay until minReadySeconds after the last new one: its maxSurge. */
const surge = 1;

/** A new image tag for every workload; available replicas never fall below the desired count. */
export const rollingUpdate: Drill<Cluster> = {
  name: "rolling-update",
  title: "Rolling update to a new image",
  async run(cluster, say) {
    const { helm, workloads } = cluster;
    const old = new Set<string>();
    // Available, as the Deployment means it: Ready for minReadySeconds. The old pods were all there
    // before it began. The condition's time has whole seconds.
    const counts: Parameters<typeof withSteadyState>[2]["counts"] = (pod, { minReadySeconds }) =>
      old.size === 0 ||
      old.has(pod.metadata.uid!) ||
      Date.now() - readySince(pod) >= (minReadySeconds - 1) * 1000;
    return withSteadyState(
      "rolling-update",
      cluster,
      { away: () => 0, recovery: 60, counts },
      async () => {
        for (const { pods } of workloads.all) for (const pod of pods) old.add(pod.metadata.uid!);
        const start = performance.now();
        const releases = cluster.releases.filter(runsPods);
        say(`upgrading ${releases.map(({ name }) => name).join(" and ")}`);
        await Promise.all(
          releases.map(async (release) => {
            const values = withTag(await helm.values(release), nextTag);
            const result = await helm.upgrade(release, { values });
            if (result.code !== 0)
              throw new CommandFailed(`upgrading ${release.name}: helm`, result);
          }),
        );
        const seconds = (performance.now() - start) / 1000;
        const staying = workloads.all.map(({ pods }) => {
          const left = pods.filter(({ metadata }) => !metadata.deletionTimestamp);
          return left.filter(({ metadata }) => old.has(metadata.uid!)).length;
        });
        return [
          claim({
            id: "rolling-update.seconds",
            claim: `Helm sees the update through${cluster.caveat("pod starts are simulated, minReadySeconds are real")}`,
            value: seconds,
            unit: "s",
            limit: Math.max(...releases.map(({ timeout }) => timeout)),
            kind: cluster.kind,
          }),
          claim({
            id: "rolling-update.old-pods",
            claim:
              "Of a workload's old pods at most one is left, until the last new one is available",
            value: Math.max(...staying),
            unit: "pods",
            limit: surge,
            injection: `${old.size} pods to be replaced by others with the tag ${nextTag}`,
          }),
        ];
      },
    );
  },
};
