import { Command } from "commander";
import { describeBudgets } from "../policies/budgets";
import { judge } from "../policies/pack/judge";
import { readSettings, type Settings } from "../policies/pack/settings";
import { explain } from "../lib/explain";
import type { Launch } from "./launch";
import { readPlan, writePlan, type Violation } from "../plan/plan";
import { UsageError } from "../lib/usage-error";

interface Options {
  plan: string;
  json?: string;
}

/**
 * `npm run policy`: judges a saved plan file, of whatever revision, as the preview and the engine do.
 * Returns the exit code: 0, 1 when a mandatory rule is broken, 2 on bad input.
 */
export async function main(args: string[], { root }: Launch): Promise<number> {
  try {
    const options = parse(args);
    const plan = readPlan(options.plan);
    const settings = packSettings(root, plan.stack);
    const violations = judge(plan.resources, settings);
    for (const line of describeBudgets(plan.resources, settings)) console.log(line);
    console.log(describeViolations(violations));
    if (options.json) writePlan(options.json, { ...plan, violations });
    return violations.some(isMandatory) ? 1 : 0;
  } catch (error) {
    return explain(error);
  }
}

/** The pack's settings for a stack. Throws a {@link UsageError} when its configuration cannot be used. */
export function packSettings(root: string, stack: string): Settings {
  try {
    return readSettings(root, stack);
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

/** Violations as the engine prints them: by resource, the mandatory ones marked. */
export function describeViolations(violations: Violation[]): string {
  if (violations.length === 0) return "policies: every rule holds";
  const mandatory = violations.filter(isMandatory).length;
  return [
    `policies: ${mandatory} mandatory and ${violations.length - mandatory} advisory violations`,
    ...violations.map(
      ({ policy, enforcementLevel, urn, message }) =>
        `  ${enforcementLevel === "mandatory" ? "✗" : "!"} ${policy} [${enforcementLevel}] ${urn.split("::").pop()}\n      ${message}`,
    ),
  ].join("\n");
}

function isMandatory({ enforcementLevel }: Violation): boolean {
  return enforcementLevel === "mandatory";
}

function parse(args: string[]): Options {
  return new Command("npm run policy --")
    .description("Judge a saved plan file by the policy pack.")
    .requiredOption(
      "--plan <file>",
      "the plan file, from npm run preview -- --stack NAME --json FILE",
    )
    .option("--json <file>", "write the plan again, with its violations")
    .allowExcessArguments(false)
    .exitOverride()
    .parse(args, { from: "user" })
    .opts<Options>();
}
