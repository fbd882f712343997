import { existsSync } from "node:fs";
import path from "node:path";
import { commandLine, optionsOf } from "../lib/command-line";
import { jsonFile } from "../lib/json-file";
import { ends, UsageError } from "../lib/ends";
import { describeViolations } from "../plan/description/violations";
import { judged } from "../plan/judged";
import { isBlocked, writePlan } from "../plan/plan";
import { readPlan } from "../plan/plan-file";
import type { Launch } from "./launch";

interface Options {
  plan: string;
  json?: string;
  of?: string;
}

export const command = commandLine(
  "policy",
  "Judge a saved plan file by the policy pack.",
  "a mandatory rule is broken",
)
  .requiredOption(
    "--plan <file>",
    "the plan file, from npm run preview -- --stack NAME --json FILE",
  )
  .option("--json <file>", "write the plan again, with its violations", jsonFile)
  .option(
    "--of <checkout>",
    "the checkout that the plan was made from, whose charts it deploys (default: this one)",
  );

/**
 * `npm run policy`: judges a saved plan file, as the preview and the engine do. Run from the base of a change
 * with `--of HEAD`, the change is judged by rules, tables and exemptions that it cannot have edited.
 */
export async function main(args: string[], { root }: Launch): Promise<number> {
  const options = optionsOf<Options>(command, args);
  const charts = path.resolve(options.of ?? root);
  if (!existsSync(path.join(charts, "charts")))
    throw new UsageError(`--of: ${options.of}: no checkout, as it has no folder charts`);
  const { plan, budgets } = judged(root, readPlan(options.plan), charts);
  for (const line of budgets) console.log(line);
  console.log(describeViolations(plan.violations));
  if (options.json) writePlan(options.json, plan);
  return isBlocked(plan) ? ends.broken : ends.done;
}
