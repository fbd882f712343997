import path from "node:path";
import { InvalidArgumentError, Option } from "commander";
import { commandLine } from "../lib/command-line";
import { tool } from "../tools";
import { drills } from "../rehearsal/database/drills";
import type { Job } from "../rehearsal/database/run";
import { missingSandbox, runInSandbox } from "../rehearsal/sandbox/sandbox";
import { shippedIn } from "../rehearsal/database/shipped";
import type { Launch } from "./launch";
import { evaluate } from "../plan/evaluate";
import { loadProgram } from "../plan/program";
import { readPlan } from "../plan/plan";
import { readStackSettings } from "../plan/stack-settings";
import { skipped } from "../lib/claim";
import { report, table, writeReport } from "../lib/report";

const names = drills.map(({ name }) => name);

interface Options {
  stack: string;
  plan?: string;
  drill: string[];
  repetitions: number;
  json?: string;
}

/**
 * `npm run rehearse:database`: runs a stack's planned database path here, under failovers and load.
 * Returns the exit code: 0 when every claim holds, 1 when one does not, 2 on bad input.
 */
export async function main(args: string[], launch: Launch): Promise<number> {
  return rehearse(options(args), launch);
}

async function rehearse(options: Options, { root }: Launch): Promise<number> {
  const json = options.json && path.resolve(options.json);
  const given = options.plan && readPlan(path.resolve(options.plan));
  process.chdir(root);
  const plan =
    given || (await evaluate(await loadProgram(root), readStackSettings(root, options.stack)));
  const missing = missingSandbox();
  if (missing) {
    process.stderr.write(`rehearse:database: SKIPPED: ${missing}\n`);
    const nothing = report("rehearse:database", plan.stack, Date.now(), [
      skipped("laboratory", missing),
    ]);
    if (json) await writeReport(json, nothing);
    process.stdout.write(table(nothing));
    return 0;
  }
  // Inside the sandbox there is no network to install from.
  for (const name of ["helm", "postgres", "pgbouncer"] as const) await tool(name);
  const shipped = await shippedIn(plan);
  const chosen = options.drill.length > 0 ? options.drill : names;
  const job: Job = { shipped, chosen, repetitions: options.repetitions, json };
  return runInSandbox(path.join(__dirname, "../rehearsal/database/run.ts"), [JSON.stringify(job)]);
}

function options(args: string[]): Options {
  return commandLine(
    "rehearse:database",
    "Run a stack's planned database path here, under failovers and load.",
  )
    .option("--stack <name>", "stack to plan", "prod")
    .option("--plan <file>", "a plan file, instead of planning the stack now")
    .addOption(
      new Option("--drill <name...>", "only these drills").choices(names).default([], "all"),
    )
    .option("--repetitions <number>", "of each failover", positive, 3)
    .option("--json <file>", "write the report there")
    .parse(args, { from: "user" })
    .opts();
}

function positive(text: string): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1)
    throw new InvalidArgumentError("a whole number from 1 is needed.");
  return number;
}
