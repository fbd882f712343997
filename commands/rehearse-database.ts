import { InvalidArgumentError } from "commander";
import {
  commandLine,
  optionsOf,
  rehearsalOptions,
  type RehearsalOptions,
} from "../lib/command-line";
import { untilStopped } from "../lib/signals";
import { drills } from "../rehearsal/database/drills";
import { rehearseDatabase } from "../rehearsal/database/rehearsal";
import { planOf } from "../rehearsal/preparation";
import type { Launch } from "./launch";

interface Options extends RehearsalOptions {
  repetitions: number;
}

const names = drills.map(({ name }) => name);

export const command = rehearsalOptions(
  commandLine(
    "rehearse:database",
    "Run a stack's planned database path here, under failovers and load.",
    "a claim does not hold",
  ),
  names,
).option("--repetitions <number>", "of each failover", positive, 3);

/**
 * `npm run rehearse:database`: runs a stack's planned database path here, under failovers and load,
 * and reports the claims.
 */
export async function main(args: string[], { root }: Launch): Promise<number> {
  const asked = optionsOf<Options>(command, args);
  const plan = await planOf(asked, root);
  const { drill: chosen, repetitions, json } = asked;
  return rehearseDatabase(plan, { chosen, repetitions, json }, untilStopped());
}

function positive(text: string): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1)
    throw new InvalidArgumentError("a whole number from 1 is needed.");
  return number;
}
