import { Option } from "commander";
import { commandLine } from "../lib/command-line";
import { jsonFile } from "../lib/json-file";
import { View } from "../lib/progress";
import { untilStopped } from "../lib/signals";
import { drills } from "../rehearsal/chaos/drills";
import { chaosTools, rehearseChaos } from "../rehearsal/chaos/rehearsal";
import { planOf, prepare } from "../rehearsal/preparation";
import type { Launch } from "./launch";

interface Options {
  stack: string;
  plan?: string;
  drill: string[];
  json?: string;
}

const names = drills.map(({ name }) => name);

const command = commandLine(
  "rehearse:chaos",
  "Runs a stack's planned releases on real nodes here, under load and under faults.",
)
  .option("--stack <name>", "stack to plan", "prod")
  .option("--plan <file>", "a plan file, instead of planning the stack now")
  .addOption(
    new Option("--drill <name...>", "only these drills").choices(names).default(names, "all"),
  )
  .option("--json <file>", "write the report there", jsonFile);

/** `npm run rehearse:chaos`: faults on real nodes, and what users notice of them. */
export async function main(args: string[], { root }: Launch): Promise<number> {
  const options = command.parse(args, { from: "user" }).opts<Options>();
  const { drill: chosen, json } = options;
  const signal = untilStopped();
  const view = new View();
  try {
    const plan = await planOf(options, root);
    await prepare(chaosTools, view);
    return await rehearseChaos(plan, { chosen, json }, view, signal);
  } finally {
    view.end();
  }
}
