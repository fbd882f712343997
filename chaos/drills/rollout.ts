import type { Claim } from "../../lib/claim";
import { CommandFailed, type Result } from "../../lib/processes";
import { localReleases } from "../../plan/releases";
import { nextTag } from "../../rehearsal/workloads/images";
import { withTag } from "../../rehearsal/workloads/values";
import type { Bed } from "../bed";
import { noneFailed, soundness } from "../claims";
import { measuredControl } from "../control";
import type { ChaosDrill } from "../drill";
import { measure } from "../measure";
import { servingPods } from "../pods";
import { requests } from "../requests";
import { backend, setEnvironment, type Deployment } from "../variant";

/** Requests a second of each mode: a rollout takes minutes. */
const rate = 20;
/** Seconds in which all pods are others, when they may all go at once. */
const atOnce = 60;

/** A new version of backend and frontend, pod by pod. */
export const rollingUpdate: ChaosDrill = {
  name: "rolling-update",
  title: "A new version rolled out",
  run: async (bed, say) => {
    say("helm upgrade under load");
    const claims = await roll(bed, "rolling-update", () => upgrade(bed));
    say("the same change where all pods may go at once");
    return [...claims, await rollAtOnce(bed, "rolling-update")];
  },
};

/** And the version before it again. */
export const rollback: ChaosDrill = {
  name: "rollback",
  title: "The version before rolled back to",
  run: async (bed, say) => {
    if ((await bed.platform.helm.history(release(bed))).length < 2) {
      say("helm upgrade, for there to be a version before");
      done(await upgrade(bed));
    }
    say("helm rollback under load");
    const claims = await roll(bed, "rollback", () => bed.platform.helm.rollback(release(bed)));
    say("the same change where all pods may go at once");
    return [...claims, await rollAtOnce(bed, "rollback")];
  },
};

function release({ platform }: Bed) {
  return localReleases(platform.plan).find(({ name }) => name === "mini-xdr")!;
}

function upgrade(bed: Bed) {
  const values = withTag(release(bed).values, nextTag);
  return bed.platform.helm.upgrade(release(bed), { values });
}

/** @throws CommandFailed */
function done(result: Result): void {
  if (result.code !== 0) throw new CommandFailed("helm", result);
}

async function roll(bed: Bed, drill: string, helm: () => Promise<Result>): Promise<Claim[]> {
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
      done(await helm());
      await platform.workloads.until(() => platform.workloads.unsteady(), 60);
      const same = images().filter((image) => before.has(image));
      if (same.length > 0) throw new Error(`not replaced: ${same.join(", ")}`);
      return `all ${before.size} pods of backend and frontend were replaced: ${images()[0]!.split("/").at(-1)}`;
    },
  });
  await bed.edge.healthy(3);
  return [...(await soundness(bed, drill, result)), noneFailed(drill, "Nobody notices", result)];
}

/**
 * The control of both: another revision of the backend, and then the one that was there, while the
 * planned `maxUnavailable: 0` is not. Pods leave with their preStop and their grace, only all together.
 */
async function rollAtOnce({ platform, tenant, edge }: Bed, drill: string): Promise<Claim> {
  const { api } = platform.plane;
  const planned = await api.get<Deployment>(backend);
  const other = structuredClone(planned);
  setEnvironment(other, { REVISION: "another" });
  const serving = () => servingPods(platform, "backend").map(({ metadata }) => metadata.uid);
  const roll = async ({ spec: { template } }: Deployment) => {
    const old = new Set(serving());
    const strategy = { type: "RollingUpdate", rollingUpdate: { maxUnavailable: "100%" } };
    await api.patch(backend, { spec: { strategy, template } });
    const kept = () =>
      serving().some((uid) => old.has(uid)) ? "an old backend serves" : undefined;
    await platform.workloads.until(() => kept() ?? platform.workloads.unsteady(), atOnce);
    return old.size;
  };
  const result = await measure(
    { platform, tenant, edge },
    {
      kinds: requests(tenant),
      rate,
      requests: 300,
      fault: async () => `all ${await roll(other)} pods of the backend were replaced`,
    },
  );
  await roll(planned);
  await api.patch(backend, { spec: { strategy: planned.spec.strategy } });
  await edge.healthy(3);
  return measuredControl(drill, "with maxUnavailable 100 % instead of 0", result);
}
