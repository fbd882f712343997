import type { Drill, Say } from "../../drill";
import type { Cluster } from "../cluster";
import { failingJobTag, missingTag } from "../images";
import { hookImages, isOwn, runsPods, type InstallableRelease } from "../charts";
import { claim, type Claim } from "../../../lib/claim";
import { withSteadyState } from "../steady-state";
import { withTag } from "../values";
import { heldTo, type Pod } from "../workloads";

/**
 * Seconds, beside a pod's start, after which Helm gives an upgrade up here; the plan's own time-out is
 * many minutes.
 */
const patience = 23;

/** A way to break a release. */
interface Fault {
  /** For claims' ids. */
  name: string;
  releases: InstallableRelease[];
  /** Tag of the images that are broken, and which repositories get it. */
  tag: string;
  repositories(release: InstallableRelease): (repository: string) => boolean;
  /** Whether a pod with that tag shows the fault. */
  shows(pod: Pod): boolean;
}

/**
 * A broken image and a failing migration; the release rolls back by itself. Only of this project's
 * charts that run pods: all releases have the same flags, and nobody here builds the others' images.
 */
export const badRelease: Drill<Cluster> = {
  name: "bad-release",
  title: "Bad release: broken image, failing migration",
  async run(cluster, say) {
    const releases = cluster.releases.filter((release) => isOwn(release) && runsPods(release));
    const hooks = new Map(releases.map((release) => [release, hookImages(release)]));
    const image: Fault = {
      name: "image",
      releases,
      tag: missingTag,
      // A hook with a broken image would stop the release before any Deployment has it.
      repositories: (release) => (repository) =>
        !hooks.get(release)!.some((hook) => hook.startsWith(`${repository}:`)),
      shows: (pod) => containerStates(pod).some((s) => pullFailed(s.waiting?.reason)),
    };
    const migration: Fault = {
      name: "migration",
      releases: releases.filter((release) => hooks.get(release)!.length > 0),
      tag: failingJobTag,
      repositories: () => () => true,
      shows: (pod) => containerStates(pod).some((s) => s.terminated?.exitCode === 1),
    };
    return withSteadyState("bad-release", cluster, { away: () => 0, recovery: 60 }, async () => [
      ...(await inject(cluster, image, say)),
      ...(await inject(cluster, migration, say)),
    ]);
  },
};

async function inject(cluster: Cluster, fault: Fault, say: Say): Promise<Claim[]> {
  const { helm, workloads, kind } = cluster;
  const { name, releases, tag } = fault;
  const timeout = patience + cluster.plane.nodes.podStart;
  say(`upgrading to a bad ${name}`);
  // What must not run twice leaves before its next one comes.
  const { held, but } = heldTo("rolling-update", workloads.all);
  const before = held.flatMap(({ pods }) => pods).filter((pod) => workloads.serves(pod));
  const kept = new Set(before.map(({ metadata }) => metadata.uid));
  // As long as it is there: a kubelet's last word on a pod that goes says nothing of its image.
  const faulty = new Map<string, Pod>();
  const stop = workloads.onChange(() => {
    for (const pod of workloads.pods)
      if (hasTag(pod, tag) && fault.shows(pod)) faulty.set(pod.metadata.uid!, pod);
    const serving = workloads.pods.filter((pod) => workloads.serves(pod));
    const still = new Set(serving.map(({ metadata }) => metadata.uid));
    for (const uid of kept) if (!still.has(uid)) kept.delete(uid);
  });
  const start = performance.now();
  const outcomes = await Promise.all(
    releases.map(async (release) => {
      // What runs now, so that nothing else changes.
      const now = await helm.values(release);
      const values = withTag(now, tag, fault.repositories(release));
      const { code } = await helm.upgrade(release, { values, timeout });
      const [last] = (await helm.history(release)).slice(-1);
      return { release, back: code !== 0 && last?.status === "deployed" };
    }),
  ).finally(stop);
  const seconds = (performance.now() - start) / 1000;
  const of = ({ namespace }: InstallableRelease) =>
    [...faulty.values()].filter((p) => p.metadata.namespace === namespace);
  // A fault that did not happen proves nothing.
  const failed = outcomes.filter(({ release, back }) => !back || of(release).length === 0);
  const staying = workloads.pods.filter(
    (pod) => hasTag(pod, tag) && !isOfJob(pod) && !pod.metadata.deletionTimestamp,
  );
  const shared = {
    kind,
    repetitions: releases.length,
    injection:
      `upgraded to the tag ${tag}${cluster.caveat("what its pods do is simulated")}; pods that failed: ` +
      releases.map((release) => `${release.name} ${of(release).length}`).join(", ") +
      `; Helm's time-out is ${timeout} s instead of the planned one`,
  };
  return [
    claim({
      ...shared,
      id: `bad-release.${name}.not-rolled-back`,
      claim: `A release with a bad ${name} fails and rolls back by itself${failed.map(({ release }) => `; not ${release.name}`).join("")}`,
      value: releases.length === 0 ? 1 : failed.length,
      unit: "releases",
      limit: 0,
    }),
    claim({
      ...shared,
      id: `bad-release.${name}.broken-pods`,
      claim: "No pod of the bad release stays",
      value: staying.length,
      unit: "pods",
      limit: 0,
    }),
    claim({
      ...shared,
      id: `bad-release.${name}.old-pods-lost`,
      claim: `The old pods never left${but}`,
      value: before.length - kept.size,
      unit: "pods",
      limit: 0,
    }),
    claim({
      ...shared,
      id: `bad-release.${name}.seconds`,
      claim: `The failure is noticed and rolled back (the upgrade itself got ${timeout} s)`,
      value: seconds,
      unit: "s",
      limit: 2 * timeout + 10,
    }),
  ];
}

function hasTag(pod: Pod, tag: string): boolean {
  return pod.spec.containers.some(({ image }) => image.split("@")[0]!.endsWith(`:${tag}`));
}

/** A kubelet says the first of a failed try, and the other until the next one. */
function pullFailed(reason?: string): boolean {
  return reason === "ErrImagePull" || reason === "ImagePullBackOff";
}

function isOfJob({ metadata }: Pod): boolean {
  return metadata.ownerReferences?.some(({ kind }) => kind === "Job") ?? false;
}

function containerStates({ status }: Pod) {
  return (status.containerStatuses ?? []).map(({ state }) => state);
}
