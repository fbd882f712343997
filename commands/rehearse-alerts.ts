import { InvalidArgumentError } from "commander";
import path from "node:path";
import { faults } from "../chaos/alerts/faults";
import { alertTools, rehearseAlerts } from "../chaos/alerts/rehearsal";
import {
  commandLine,
  optionsOf,
  rehearsalOptions,
  type RehearsalOptions,
} from "../lib/command-line";
import { View } from "../lib/progress";
import { untilStopped } from "../lib/signals";
import { planOf, prepare } from "../rehearsal/preparation";
import type { Launch } from "./launch";

const names = faults.map(({ name }) => name);

export const command = rehearsalOptions(
  commandLine(
    "rehearse:alerts",
    "Runs a stack's planned monitoring on real nodes here, and watches whom it tells of which fault.",
    "a claim does not hold",
  ),
  names,
)
  .option(
    "--soak <minutes>",
    "minutes without a fault, in which nobody may be told; alone, but for drills that are named",
    minutes,
    0,
  )
  .option("--keep <folder>", "keep Prometheus' data of each platform there", (folder) =>
    path.resolve(folder),
  );

type Options = RehearsalOptions & { soak: number; keep?: string };

/** `npm run rehearse:alerts`: every fault its page, one page a fault, none without. */
export async function main(args: string[], { root }: Launch): Promise<number> {
  const { drill, soak, keep, json, ...source } = optionsOf<Options>(command, args);
  const signal = untilStopped();
  const view = new View();
  try {
    const plan = await planOf({ ...source, receivers: true }, root);
    await prepare(alertTools, view);
    const alone = soak > 0 && command.getOptionValueSource("drill") === "default";
    return await rehearseAlerts(
      { plan, chosen: alone ? [] : drill, soak, keep, json },
      view,
      signal,
    );
  } finally {
    view.end();
  }
}

function minutes(text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value > 1440)
    throw new InvalidArgumentError("It takes whole minutes, at most 1440.");
  return value;
}
