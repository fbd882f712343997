import type { Settings } from "../policies/model/settings";
import { describeBudgets } from "../policies/pack/budgets";
import { explain } from "../policies/pack/explain";
import { judgeStack, stackOf } from "../policies/pack/judge";
import { readSettings, SettingsError } from "../policies/pack/settings";
import { UsageError } from "../lib/ends";
import type { Plan } from "./plan";

/** A plan with what the policy pack says of it. */
export interface Judged {
  plan: Plan;
  /** The failover budget and the availability ledger, a line each. */
  budgets: string[];
}

/**
 * Judges a plan by the policy pack and this checkout's settings of it.
 *
 * @param charts the checkout that the plan was made from, where it is another: its charts are deployed
 * @throws UsageError when the pack's settings cannot be used.
 */
export function judged(root: string, plan: Plan, charts = root): Judged {
  const settings = { ...packSettings(root, plan.stack), root: charts };
  const stack = stackOf(plan.resources, settings);
  const violations = judgeStack(stack, settings);
  return { plan: { ...plan, violations }, budgets: describeBudgets(stack, settings) };
}

/** What availability means for a plan, as text: a table for each model of the pack. */
export function explained(root: string, plan: Plan): string {
  return explain(plan.resources, packSettings(root, plan.stack));
}

/**
 * What the pack is told of a stack.
 *
 * @throws UsageError when its settings cannot be used.
 */
export function packSettings(root: string, stack: string): Settings {
  try {
    return readSettings(root, stack);
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    throw new UsageError(error.message, { cause: error });
  }
}
