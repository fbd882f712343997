import { Command } from "commander";
import { describeBudgets } from "../policies/budgets";
import { judge } from "../policies/pack/judge";
import { explain } from "../lib/explain";
import type { Launch } from "./launch";
import { evaluate } from "../plan/evaluate";
import { writePlan, type Plan } from "../plan/plan";
import { packSettings } from "./policy";
import { readStackSettings, stackNames } from "../plan/stack-settings";
import { describePlan } from "../plan/description/describe";
import { UsageError } from "../lib/usage-error";

interface Options {
  stack?: string;
  json?: string;
}

/**
 * `npm run preview`: plans stacks without credentials and prints what a reviewer wants to see.
 * Returns the exit code: 0, 1 when a mandatory rule is broken, 2 on bad input.
 */
export async function main(args: string[], { root, program }: Launch): Promise<number> {
  try {
    const { stack, json } = options(args);
    if (json && !stack)
      throw new UsageError("--json: a plan file holds one stack; add --stack NAME");
    // Charts and settings are found from the project's root, as under the real engine.
    process.chdir(root);
    const stacks = stack ? [stack] : stackNames(root);
    const plans: Plan[] = [];
    for (const name of stacks) {
      const started = performance.now();
      const planned = await evaluate(program, readStackSettings(root, name));
      const settings = packSettings(root, name);
      const plan = { ...planned, violations: judge(planned.resources, settings) };
      const budgets = describeBudgets(plan.resources, settings);
      console.log(describePlan(plan, budgets, (performance.now() - started) / 1000));
      plans.push(plan);
    }
    if (json) writePlan(json, plans[0]!);
    return plans.some(isBlocked) ? 1 : 0;
  } catch (error) {
    return explain(error);
  }
}

function options(args: string[]): Options {
  return new Command("npm run preview --")
    .description("Plan a stack without credentials: every resource with its final inputs.")
    .option("--stack <name>", "one stack only (default: every Pulumi.NAME.yaml)")
    .option("--json <file>", "write the plan file of that one stack")
    .allowExcessArguments(false)
    .exitOverride()
    .parse(args, { from: "user" })
    .opts();
}

function isBlocked(plan: Plan): boolean {
  return plan.violations.some((violation) => violation.enforcementLevel === "mandatory");
}
