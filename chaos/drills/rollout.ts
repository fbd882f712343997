import type { Claim } from "../../lib/claim";
import { CommandFailed, type Result } from "../../lib/processes";
import { localReleases } from "../../plan/releases";
import { nextTag } from "../../rehearsal/workloads/images";
import { withTag } from "../../rehearsal/workloads/values";
import { backend } from "../backends";
import type { Bed } from "../bed";
import { noneFailed, soundness } from "../claims";
import { repeatedWith } from "../control";
import type { ChaosDrill } from "../drill";
import { measure } from "../measure";
import { servingPods } from "../pods";
import { requests } from "../requests";
import { allAtOnce, setEnvironment, type Deployment } from "../variant";

/** Requests a second of each mode: a rollout takes minutes. */
const rate = 20;
/** Seconds in which all pods are others, when they may all go at once. */
const atOnce = 60;

/** Another revision of the backend, while the planned `maxUnavailable: 0` is not: of both rollouts. */
const rolledAtOnce = repeatedWith(allAtOnce, (bed) => ({
  kinds: requests(bed.tenant),
  rate,
  fault: async () => `all ${await otherRevision(bed)} pods of the backend were replaced`,
}));

/** A new version of backend and frontend, pod by pod. */
export const rollingUpdate: ChaosDrill = {
  name: "rolling-update",
  title: "A new version rolled out",
  run: async (bed, say) => {
    say("helm upgrade under load");
    return roll(bed, "rolling-update", () => upgrade(bed));
  },
  control: rolledAtOnce,
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
    return roll(bed, "rollback", () => bed.platform.helm.rollback(release(bed)));
  },
  control: rolledAtOnce,
};

function release({ platform }: Bed) {
  return localReleases(platform.plan).find(({ name }) => name === "mini-xdr")!;
}

/** To the one of two versions that does not run, so that it can be repeated. */
function upgrade(bed: Bed) {
  const [pod] = servingPods(bed.platform, "backend");
  const { values: planned } = release(bed);
  const next = pod!.spec.containers[0]!.image.endsWith(`:${nextTag}`);
  const values = next ? planned : withTag(planned, nextTag);
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

/** Rolls the backend out with another environment. Pods leave with their preStop and their grace. */
async function otherRevision({ platform }: Bed): Promise<number> {
  const { plane, workloads } = platform;
  const deployment = await plane.api.get<Deployment>(backend);
  const { template } = deployment.spec;
  const { env } = template.spec.containers[0]!;
  const one = env.some(({ name, value }) => name === "REVISION" && value === "one");
  setEnvironment(deployment, { REVISION: one ? "another" : "one" });
  const serving = () => servingPods(platform, "backend").map(({ metadata }) => metadata.uid);
  const old = new Set(serving());
  await plane.api.patch(backend, { spec: { template } });
  const kept = () => (serving().some((uid) => old.has(uid)) ? "an old backend serves" : undefined);
  await workloads.until(() => kept() ?? workloads.unsteady(), atOnce);
  return old.size;
}
