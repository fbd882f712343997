import { InvalidArgumentError, Option } from "commander";
import { commandLine } from "../lib/command-line";
import { jsonFile } from "../lib/json-file";
import { untilStopped } from "../lib/signals";
import { drills } from "../rehearsal/database/drills";
import { rehearseDatabase } from "../rehearsal/database/rehearsal";
import { planOf } from "../rehearsal/preparation";
import type { Launch } from "./launch";

interface Options {
  stack: string;
  plan?: string;
  drill: string[];
  repetitions: number;
  json?: string;
}

const names = drills.map(({ name }) => name);

const command = commandLine(
  "rehearse:database",
  "Run a stack's planned database path here, under failovers and load.",
)
  .option("--stack <name>", "stack to plan", "prod")
  .option("--plan <file>", "a plan file, instead of planning the stack now")
  .addOption(
    new Option("--drill <name...>", "only these drills").choices(names).default(names, "all"),
  )
  .option("--repetitions <number>", "of each failover", positive, 3)
  .option("--json <file>", "write the report there", jsonFile);

/**
 * `npm run rehearse:database`: runs a stack's planned database path here, under failovers and load,
 * and reports the claims.
 */
export async function main(args: string[], { root }: Launch): Promise<number> {
  const asked = command.parse(args, { from: "user" }).opts<Options>();
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
