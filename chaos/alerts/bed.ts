import { cp } from "node:fs/promises";
import path from "node:path";
import type { Plan } from "../../plan/plan";
import type { Say } from "../../rehearsal/drill";
import type { ImageArchive } from "../../rehearsal/nodes/image-store";
import { newTenant } from "../../rehearsal/services/tenant";
import { Volumes, type VolumeClaim } from "../../rehearsal/services/volumes";
import { definitionsIn, type InstallableRelease } from "../../rehearsal/workloads/charts";
import { withHalfTheProcessor } from "../../rehearsal/workloads/values";
import type { Bed } from "../bed";
import { Edge } from "../edge";
import { deleteJobs, runJob } from "../jobs";
import { Platform } from "../platform";
import { requests } from "../requests";
import { Load } from "../traffic/load/load";
import { Metrics } from "./metrics";
import { quietPast } from "./past";
import { Receivers } from "./receivers";

/** Name of the release that the operator and what it runs come with. */
const monitoring = "kube-prometheus-stack";
/** Requests a second all the time: a quiet service has nothing to tell. */
const rate = 20;
/** Requests a second until Prometheus sees everything. */
const firstRate = 1;
/** Seconds in which all targets are scraped and all SLOs count. */
const complete = 240;
/** Seconds in which the first backup is made. */
const firstBackup = 180;

/** A platform with its monitoring, users, and people who are told. */
export interface AlertBed extends Pick<Bed, "platform" | "edge" | "tenant"> {
  receivers: Receivers;
  metrics: Metrics;
  load: Load;
}

/** What is brought up. */
export interface AlertBedOptions {
  plan: Plan;
  folder: string;
  images: ImageArchive[];
  /** All planned releases, those of monitoring too. */
  releases: InstallableRelease[];
}

/** Brings all of it up inside a sandbox, and waits until Prometheus sees everything. */
export async function startAlertBed(
  options: AlertBedOptions,
  say: Say,
): Promise<{ bed: AlertBed; failure: Promise<never> }> {
  const receivers = await Receivers.start();
  const releases = options.releases.map((release) =>
    release.name === monitoring
      ? // The same three nodes run the application, on this machine's processors.
        { ...release, values: withHalfTheProcessor(receivers.told(release.values)) }
      : release,
  );
  const { secrets } = receivers;
  const brought = definitionsIn(options.releases);
  let fail!: (error: Error) => void;
  const failure = new Promise<never>((_, reject) => (fail = reject));
  failure.catch(() => {}); // whoever runs a fault hears of it
  const { platform } = await Platform.start(
    { ...options, releases, brought, secrets, prepared: (made) => follow(made, fail) },
    say,
  );
  const { plan, plane, services, accessLog } = platform;
  const edge = await Edge.start(plan, plane.api, accessLog);
  const tenant = await newTenant(services, "rehearsal");
  await edge.healthy(3);
  say("making the first backup");
  const dump = { cronJob: "database-backup-dump", name: "first-dump", within: firstBackup };
  const { complete: made, log } = await runJob(platform, dump);
  if (!made) throw new Error(`the first backup failed: ${log.at(-1)}`);
  await deleteJobs(platform, [dump.name]);
  const url = edge.balancer.url;
  const users = { url, connections: "keep-alive" as const, kinds: requests(tenant) };
  // While all of it starts on two processors answers are slow: many would spend a budget before the drill.
  const first = await Load.start({ ...users, rate: firstRate });
  say("waiting until Prometheus sees everything");
  const metrics = new Metrics(platform);
  await metrics.untilComplete(complete);
  await first.stop();
  const load = await Load.start({ ...users, rate });
  return { bed: { platform, edge, tenant, receivers, metrics, load }, failure };
}

/** Volumes for whatever claims one, as long as the platform lives; Prometheus' with a past. */
async function follow(platform: Platform, fail: (error: Error) => void): Promise<void> {
  const { plane, nodes, folder } = platform;
  const past = await quietPast(folder, rate);
  const fill = async ({ metadata }: VolumeClaim, to: string) => {
    if (metadata.name.startsWith("prometheus-"))
      await cp(past, path.join(to, "prometheus-db"), { recursive: true });
  };
  await Volumes.start({ api: plane.api, diskOf: (node) => nodes.node(node).disk, fill, fail });
}
