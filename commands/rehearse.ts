import { Option } from "commander";
import {
  type RehearsalOptions,
  commandLine,
  optionsOf,
  rehearsalOptions,
} from "../lib/command-line";
import { UsageError } from "../lib/ends";
import { View } from "../lib/progress";
import { conclude, concludeSkipped, report } from "../lib/report";
import { untilStopped } from "../lib/signals";
import type { Plan } from "../plan/plan";
import { missingRealNodes } from "../rehearsal/nodes/missing";
import { planOf, prepare } from "../rehearsal/preparation";
import { drills } from "../rehearsal/workloads/drills";
import { realRehearsalTools, rehearseReal } from "../rehearsal/workloads/real-rehearsal";
import { keepUp } from "../rehearsal/workloads/rehearsal";
import { rehearsalTools, rehearseSimulated } from "../rehearsal/workloads/simulated-rehearsal";
import type { Launch } from "./launch";

interface Options extends RehearsalOptions {
  nodes?: "real" | "simulated";
  keep?: boolean;
}

const simulation =
  "kwok's pods run no container: what starts, how long that takes and what a Job returns is simulated.";

export const command = rehearsalOptions(
  commandLine(
    "rehearse",
    "Installs a stack's planned releases on a real control plane here, and proves them.",
    "a claim does not hold",
  ),
  drills.map(({ name }) => name),
  [],
)
  .addOption(
    new Option("--nodes <kind>", "what runs the pods (default: real, where that can be)").choices([
      "real",
      "simulated",
    ]),
  )
  .option("--keep", "leave the first control plane up afterwards, until Ctrl-C; simulated nodes");

/** `npm run rehearse`: runs the drills on a stack's releases, and reports their claims. */
export async function main(args: string[], { root }: Launch): Promise<number> {
  const options = optionsOf<Options>(command, args);
  const { stack, plan: file, drill: chosen, json, nodes, keep } = options;
  if (keep && nodes === "real")
    throw new UsageError("--keep: real nodes end with the command; use --nodes simulated");
  const signal = untilStopped();
  const view = new View();
  try {
    const planning = view.add(`Plan of ${file ?? stack}`);
    const plan = await view.run(planning, () => planOf(options, root));
    if (nodes === "simulated" || keep) return await simulated(plan, options, view, signal);
    const missing = await missingRealNodes();
    if (missing && nodes === "real") return concludeSkipped("rehearse", plan.stack, missing, json);
    if (missing) {
      view.note(`simulated nodes: ${missing}`);
      return await simulated(plan, options, view, signal);
    }
    await prepare(realRehearsalTools, view);
    return await rehearseReal({ plan, chosen, json }, view, signal);
  } finally {
    view.end();
  }
}

async function simulated(
  plan: Plan,
  { drill: chosen, json, keep = false }: Options,
  view: View,
  signal: AbortSignal,
): Promise<number> {
  const since = Date.now();
  await prepare(rehearsalTools, view);
  const { claims, kept } = await rehearseSimulated({ plan, chosen, view, keep, signal });
  view.end();
  const code = conclude(report("rehearse", plan.stack, since, claims), json, simulation);
  if (kept) await keepUp(kept, signal);
  return code;
}
