import { commandLine, rehearsalOptions, type RehearsalOptions } from "../lib/command-line";
import { View } from "../lib/progress";
import { conclude, report } from "../lib/report";
import { untilStopped } from "../lib/signals";
import { planOf, prepare } from "../rehearsal/preparation";
import { drills } from "../rehearsal/workloads/drills";
import { keepUp, rehearsalTools, rehearse } from "../rehearsal/workloads/rehearsal";
import type { Launch } from "./launch";

interface Options extends RehearsalOptions {
  keep?: boolean;
}

const simulation =
  "kwok's pods run no container: what starts, how long that takes and what a Job returns is simulated.";

const command = rehearsalOptions(
  commandLine(
    "rehearse",
    "Installs a stack's planned releases on a real control plane here, and proves them.",
  ),
  drills.map(({ name }) => name),
  [],
).option("--keep", "leave the first control plane up afterwards, until Ctrl-C");

/** `npm run rehearse`: runs the drills on a stack's releases, and reports their claims. */
export async function main(args: string[], { root }: Launch): Promise<number> {
  const options = command.parse(args, { from: "user" }).opts<Options>();
  const { stack, plan: file, drill: chosen, json, keep = false } = options;
  const since = Date.now();
  const signal = untilStopped();
  const view = new View();
  try {
    const planning = view.add(`Plan of ${file ?? stack}`);
    const plan = await view.run(planning, () => planOf(options, root));
    await prepare(rehearsalTools, view);
    const { claims, kept } = await rehearse({ plan, chosen, view, keep, signal });
    const result = report("rehearse", plan.stack, since, claims);
    view.end();
    const code = conclude(result, json, simulation);
    if (kept) await keepUp(kept, signal);
    return code;
  } finally {
    view.end();
  }
}
