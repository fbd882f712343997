import type { Claim } from "../../lib/claim";
import { CommandFailed } from "../../lib/processes";
import { localReleases } from "../../plan/releases";
import type { Drill } from "../../rehearsal/drill";
import { nextTag } from "../../rehearsal/workloads/images";
import { withTag } from "../../rehearsal/workloads/values";
import type { Bed } from "../bed";
import { noneFailed, soundness } from "../claims";
import { measure } from "../measure";
import { servingPods } from "../pods";
import { requests } from "../requests";

/** Requests a second of each mode: a rollout takes minutes. */
const rate = 30;

/** A new version of backend and frontend, pod by pod. */
export const rollingUpdate: Drill<Bed> = {
  name: "rolling-update",
  title: "A new version rolled out",
  run: (bed, say) => {
    say("helm upgrade under load");
    const [release] = localReleases(bed.platform.plan).filter(({ name }) => name === "mini-xdr");
    const values = withTag(release!.values, nextTag);
    return roll(bed, "rolling-update", () => bed.platform.helm.upgrade(release!, { values }));
  },
};

/** And the version before it again. */
export const rollback: Drill<Bed> = {
  name: "rollback",
  title: "The version before rolled back to",
  run: (bed, say) => {
    say("helm rollback under load");
    const [release] = localReleases(bed.platform.plan).filter(({ name }) => name === "mini-xdr");
    return roll(bed, "rollback", () => bed.platform.helm.rollback(release!));
  },
};

async function roll(
  bed: Bed,
  drill: string,
  helm: () => Promise<{ code: number; stdout: string; stderr: string }>,
): Promise<Claim[]> {
  const { platform, tenant } = bed;
  const images = () =>
    [...servingPods(platform, "backend"), ...servingPods(platform, "frontend")].map(
      ({ metadata, spec }) => `${metadata.uid} ${spec.containers[0]!.image}`,
    );
  const result = await measure(bed, {
    kinds: requests(tenant),
    rate,
    fault: async () => {
      const before = new Set(images());
      const done = await helm();
      if (done.code !== 0) throw new CommandFailed("helm", done);
      await platform.workloads.until(() => platform.workloads.unsteady(), 60);
      const same = images().filter((image) => before.has(image));
      if (same.length > 0) throw new Error(`not replaced: ${same.join(", ")}`);
      return `all ${before.size} pods of backend and frontend were replaced: ${images()[0]!.split("/").at(-1)}`;
    },
  });
  await bed.edge.healthy(3);
  return [...(await soundness(bed, drill, result)), noneFailed(drill, "Nobody notices", result)];
}
