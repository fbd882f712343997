import path from "node:path";
import { concludeSkipped } from "../lib/report";
import type { View } from "../lib/progress";
import { imagesOf, rendered } from "../plan/helm";
import type { Plan } from "../plan/plan";
import { localReleases } from "../plan/releases";
import type { ToolName } from "../tools";
import { planeTools } from "../rehearsal/control-plane/control-plane";
import { imageArchive, imageTools } from "../rehearsal/images";
import { missingRealNodes } from "../rehearsal/nodes/missing";
import { realNodesTools } from "../rehearsal/nodes/programs";
import type { ImageArchive } from "../rehearsal/nodes/image-store";
import { runInSandbox } from "../rehearsal/sandbox/sandbox";
import { nextTag, withTag } from "../rehearsal/workloads/images";
import type { Job } from "./run";

/** Outside programs; inside the sandbox there is no network to install from. */
export const chaosTools: ToolName[] = [
  ...new Set<ToolName>([
    "helm",
    "kubectl",
    "postgres",
    "moto_server",
    "redis-server",
    "packet-delay",
    ...planeTools,
    ...realNodesTools,
    ...imageTools,
  ]),
];

/**
 * Runs chaos drills on a plan's releases, on real nodes in a sandbox, which reports by itself. Where
 * there can be no real nodes everything is skipped, and the report says why. Returns the exit code.
 */
export async function rehearseChaos(
  plan: Plan,
  job: Pick<Job, "chosen" | "json">,
  view: View,
  signal: AbortSignal,
): Promise<number> {
  const missing = await missingRealNodes();
  if (missing) return concludeSkipped("rehearse:chaos", plan.stack, missing, job.json);
  const building = view.add("Images");
  const images = await view.run(building, (say) => imagesOfPlan(plan, say));
  view.end();
  const input: Job = { ...job, plan, images };
  return runInSandbox(path.join(__dirname, "run.ts"), [], signal, JSON.stringify(input));
}

/** An archive for every image that the plan's own releases run, under the planned name and the next. */
async function imagesOfPlan(plan: Plan, say: (text: string) => void): Promise<ImageArchive[]> {
  const objects = await Promise.all(localReleases(plan).map((release) => rendered(release)));
  const archives: ImageArchive[] = [];
  for (const reference of new Set(imagesOf(objects))) {
    const { file } = await imageArchive(reference, say);
    archives.push({ reference, file, aliases: [withTag(reference, nextTag)] });
  }
  return archives;
}
