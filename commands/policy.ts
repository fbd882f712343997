import { commandLine } from "../lib/command-line";
import { jsonFile } from "../lib/json-file";
import { ends } from "../lib/ends";
import { describeViolations } from "../plan/description/violations";
import { judged } from "../plan/judged";
import { isBlocked, writePlan } from "../plan/plan";
import { readPlan } from "../plan/plan-file";
import type { Launch } from "./launch";

interface Options {
  plan: string;
  json?: string;
}

/** `npm run policy`: judges a saved plan file, of whatever revision, as the preview and the engine do. */
export async function main(args: string[], { root }: Launch): Promise<number> {
  const options = commandLine("policy", "Judge a saved plan file by the policy pack.")
    .requiredOption(
      "--plan <file>",
      "the plan file, from npm run preview -- --stack NAME --json FILE",
    )
    .option("--json <file>", "write the plan again, with its violations", jsonFile)
    .parse(args, { from: "user" })
    .opts<Options>();
  const { plan, budgets } = judged(root, readPlan(options.plan));
  for (const line of budgets) console.log(line);
  console.log(describeViolations(plan.violations));
  if (options.json) writePlan(options.json, plan);
  return isBlocked(plan) ? ends.broken : ends.done;
}
