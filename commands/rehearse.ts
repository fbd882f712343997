import { Option } from "commander";
import {
  commandLine,
  optionsOf,
  rehearsalOptions,
  type RehearsalOptions,
} from "../lib/command-line";
import { UsageError } from "../lib/ends";
import { View } from "../lib/progress";
import { concludeSkipped } from "../lib/report";
import { untilStopped } from "../lib/signals";
import { missingRealNodes } from "../rehearsal/nodes/missing";
import { planOf, prepare } from "../rehearsal/preparation";
import { drills } from "../rehearsal/workloads/drills";
import { realRehearsalTools, rehearseReal } from "../rehearsal/workloads/real-rehearsal";
import { rehearseSimulated } from "../rehearsal/workloads/simulated-rehearsal";
import type { Launch } from "./launch";

const kinds = ["real", "simulated"] as const;

interface Options extends RehearsalOptions {
  nodes?: (typeof kinds)[number];
  keep?: boolean;
}

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
    new Option("--nodes <kind>", "what runs pods (default: real, where they can be)").choices(
      kinds,
    ),
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
    if (nodes === "simulated" || keep)
      return await rehearseSimulated({ plan, chosen, json, keep }, view, signal);
    const missing = await missingRealNodes();
    if (missing && nodes === "real") return concludeSkipped("rehearse", plan.stack, missing, json);
    if (missing) {
      view.note(`simulated nodes: ${missing}`);
      return await rehearseSimulated({ plan, chosen, json, keep }, view, signal);
    }
    await prepare(realRehearsalTools, view);
    return await rehearseReal({ plan, chosen, json }, view, signal);
  } finally {
    view.end();
  }
}
