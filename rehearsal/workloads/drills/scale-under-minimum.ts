import type { Drill } from "../../drill";
import { isOwn, type InstallableRelease } from "../charts";
import type { Cluster } from "../cluster";
import { template } from "../../../plan/helm";
import { claim } from "../../../lib/claim";
import { withSteadyState } from "../steady-state";
import { withEachReplicaCount } from "../values";

/** One below the fewest replicas that the stack allows. */
const tooFew = 2;

/** Every replica count of the planned values is set too low; this project's schemas refuse each. */
export const scaleUnderMinimum: Drill<Cluster> = {
  name: "scale-under-minimum",
  title: "Scale under the minimum",
  async run(cluster, say) {
    return withSteadyState(
      "scale-under-minimum",
      cluster,
      { away: () => 0, recovery: 1 },
      async () => {
        const accepted: string[] = [];
        const without: string[] = [];
        let tried = 0;
        // The policy pack judges the replicas of other charts: they have no schema of ours.
        const own = cluster.releases.filter(isOwn);
        for (const release of own) {
          const attempts = withEachReplicaCount(release.values, tooFew);
          if (attempts.length === 0 && runsReplicas(release)) without.push(release.name);
          for (const { path, values } of attempts) {
            say(`${release.name}: ${path} = ${tooFew}`);
            const result = await template(release, values);
            tried += 1;
            // Only the schema's own refusal counts, not just any failure.
            const field = path.replaceAll(".", "[./]");
            if (result.code === 0 || !new RegExp(`${field}.*minimum`).test(result.stderr))
              accepted.push(`${release.name} ${path}`);
          }
        }
        const found = [
          ...accepted,
          ...without.map((name) => `${name} has no replica count to try`),
        ];
        return [
          claim({
            id: "scale-under-minimum.accepted",
            claim: `The schemas of this project's charts refuse ${tooFew} replicas${found.map((text) => `; not ${text}`).join("")}`,
            value: found.length,
            unit: "values",
            limit: 0,
            repetitions: tried,
            injection: `${tried} replica counts of the planned values set to ${tooFew}, one at a time`,
          }),
        ];
      },
    );
  },
};

function runsReplicas({ objects }: InstallableRelease): boolean {
  const kinds = objects.map(({ kind }) => kind);
  return kinds.includes("Deployment") || kinds.includes("StatefulSet");
}
