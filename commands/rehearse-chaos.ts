import {
  commandLine,
  optionsOf,
  rehearsalOptions,
  type RehearsalOptions,
} from "../lib/command-line";
import { View } from "../lib/progress";
import { untilStopped } from "../lib/signals";
import { drills } from "../chaos/drills";
import { chaosTools, rehearseChaos } from "../chaos/rehearsal";
import { planOf, prepare } from "../rehearsal/preparation";
import type { Launch } from "./launch";

const names = drills.map(({ name }) => name);

export const command = rehearsalOptions(
  commandLine(
    "rehearse:chaos",
    "Runs a stack's planned releases on real nodes here, under load and under faults.",
    "a claim does not hold",
  ),
  names,
);

/** `npm run rehearse:chaos`: faults on real nodes, and what users notice of them. */
export async function main(args: string[], { root }: Launch): Promise<number> {
  const options = optionsOf<RehearsalOptions>(command, args);
  const { drill: chosen, json } = options;
  const signal = untilStopped();
  const view = new View();
  try {
    const plan = await planOf(options, root);
    await prepare(chaosTools, view);
    return await rehearseChaos({ plan, chosen, json }, view, signal);
  } finally {
    view.end();
  }
}
