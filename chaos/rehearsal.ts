import { readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import type { Claim } from "../lib/claim";
import { ends } from "../lib/ends";
import { conclude, concludeSkipped, report } from "../lib/report";
import type { View } from "../lib/progress";
import { rendered } from "../plan/helm";
import type { Plan } from "../plan/plan";
import { localReleases } from "../plan/releases";
import type { ToolName } from "../tools";
import { missingRealNodes } from "../rehearsal/nodes/missing";
import type { ImageArchive } from "../rehearsal/nodes/image-store";
import { runInSandbox } from "../rehearsal/sandbox/sandbox";
import { plannedArchives } from "../rehearsal/workloads/images";
import { realRehearsalTools } from "../rehearsal/workloads/real-rehearsal";
import { drills } from "./drills";
import { lanesOf, Progress } from "./lanes";
import type { Job } from "./run";

/** Outside programs; inside the sandbox there is no network to install from. */
export const chaosTools: ToolName[] = [...realRehearsalTools, "packet-delay"];

/** What to rehearse. */
interface Rehearsal {
  plan: Plan;
  /** Names of the drills to run. */
  chosen: string[];
  /** Path of the report, where one is wanted. */
  json?: string;
}

/**
 * Runs chaos drills on a plan's releases, on real nodes in sandboxes, one for each lane. Where there
 * can be no real nodes everything is skipped, and the report says why. Returns the exit code.
 */
export async function rehearseChaos(
  { plan, chosen, json }: Rehearsal,
  view: View,
  signal: AbortSignal,
): Promise<number> {
  const since = Date.now();
  const missing = await missingRealNodes();
  if (missing) return concludeSkipped("rehearse:chaos", plan.stack, missing, json);
  const building = view.add("Images");
  const images = await view.run(building, (say) => imagesOfPlan(plan, say));
  view.end();
  const folder = await mkdtemp(path.join(os.tmpdir(), `mini-xdr-chaos-${process.pid}-`));
  try {
    const lanes = lanesOf(chosen);
    const failed = await runLanes({ plan, images, lanes, folder }, signal);
    if (failed !== undefined) return failed;
    const progress = new Progress(folder, lanes.length);
    const claims = lanes.map((_, lane) => claimsIn(progress.report(lane)));
    return conclude(report("rehearse:chaos", plan.stack, since, inOrder(claims)), json, standIns);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Runs all lanes to their end. One that cannot go on says why, and ends the others: its exit code. */
async function runLanes(job: Omit<Job, "lane">, signal: AbortSignal): Promise<number | undefined> {
  const stop = new AbortController();
  const either = AbortSignal.any([signal, stop.signal]);
  let failed: number | undefined;
  const lanes = job.lanes.map(async (_, lane) => {
    const input: Job = { ...job, lane };
    const script = path.join(__dirname, "run.ts");
    const code = await runInSandbox(script, [], either, JSON.stringify(input));
    if (code === ends.done) return;
    failed ??= code;
    stop.abort(new Error(`lane ${lane + 1} has ended`));
  });
  const results = await Promise.allSettled(lanes);
  signal.throwIfAborted();
  const broken = results.find(({ status }) => status === "rejected");
  if (failed === undefined && broken?.status === "rejected") throw broken.reason;
  return failed;
}

/** Claims of all lanes, in the drills' order. */
function inOrder([first = [], ...others]: Claim[][]): Claim[] {
  const place = ({ id }: Claim) => drills.findIndex(({ name }) => id.startsWith(`${name}.`));
  // How the first platform came up, with the machine to itself, stands for all.
  const all = [...first, ...others.flat().filter((claim) => place(claim) >= 0)];
  return all.toSorted((a, b) => place(a) - place(b));
}

function claimsIn(file: string): Claim[] {
  return JSON.parse(readFileSync(file, "utf8")) as Claim[];
}

/** The images of the plan's own releases. */
async function imagesOfPlan(plan: Plan, say: (text: string) => void): Promise<ImageArchive[]> {
  const objects = await Promise.all(localReleases(plan).map((release) => rendered(release)));
  return plannedArchives(objects.flat(), say);
}

const standIns =
  "Stand-ins: the load balancer and its controller, moto for S3, Redis for Valkey, PostgreSQL with two standbys for RDS, " +
  "folders on nodes for EBS volumes, the images' base. Nodes, containers, probes, network policies, releases and the application are real.";
