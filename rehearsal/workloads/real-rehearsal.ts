import path from "node:path";
import type { View } from "../../lib/progress";
import { imagesOf } from "../../plan/helm";
import type { Plan } from "../../plan/plan";
import type { ToolName } from "../../tools";
import { planeTools } from "../control-plane/control-plane";
import { imageNames, imageTools } from "../images";
import { nameOf } from "../images/images";
import type { ImageArchive } from "../nodes/image-store";
import { realNodesTools } from "../nodes/programs";
import { runInSandbox } from "../sandbox/sandbox";
import { chartsOf, type Charts } from "./charts";
import { archivesOf } from "./images";
import { checkPlan } from "./rehearsal";

/** Outside programs; inside the sandbox there is no network to install from. */
export const realRehearsalTools: ToolName[] = [
  ...new Set<ToolName>([
    "helm",
    "kubectl",
    "postgres",
    "moto_server",
    "redis-server",
    ...planeTools,
    ...realNodesTools,
    ...imageTools,
  ]),
];

/** What the command hands into the sandbox. */
export interface Job {
  plan: Plan;
  charts: Charts;
  images: ImageArchive[];
  /** Names of the drills to run; all of them when empty. */
  chosen: string[];
  /** Path of the report, where one is wanted. */
  json?: string;
}

/**
 * Runs drills on a plan's releases, on real nodes in a sandbox, which reports by itself. Returns the
 * exit code.
 *
 * @throws UsageError when the plan cannot be rehearsed.
 */
export async function rehearseReal(
  { plan, chosen, json }: Pick<Job, "plan" | "chosen" | "json">,
  view: View,
  signal: AbortSignal,
): Promise<number> {
  checkPlan(plan);
  const charts = runnable(await chartsOf(plan));
  const building = view.add("Images");
  const images = await view.run(building, (say) => archivesOf(charts.releases, say));
  view.end();
  const job: Job = { plan, charts, images, chosen, json };
  return runInSandbox(path.join(__dirname, "real-run.ts"), [], signal, JSON.stringify(job));
}

/** Leaves out releases whose images nobody makes here: nodes pull from nowhere. */
function runnable({ releases, missing }: Charts): Charts {
  const lacking = releases.map((release) => ({
    release,
    lacks: [...new Set(imagesOf(release.objects).map(nameOf))].filter(
      (name) => !imageNames.includes(name),
    ),
  }));
  return {
    releases: lacking.filter(({ lacks }) => lacks.length === 0).map(({ release }) => release),
    missing: [
      ...missing,
      ...lacking
        .filter(({ lacks }) => lacks.length > 0)
        .map(({ release, lacks }) => ({
          release,
          reason: `real nodes pull from nowhere, and nobody makes these images for them: ${lacks.join(", ")}`,
        })),
    ],
  };
}
