import { ends } from "../lib/ends";
import { describePlan } from "./description/describe";
import { evaluate, evaluateValues } from "./evaluate";
import { explained, judged } from "./judged";
import { isBlocked, writePlan, type Plan } from "./plan";
import { loadProgram } from "./program";
import { readStackSettings } from "./stack-settings";

/**
 * Plans and judges stacks of a checkout, and prints each as it is done.
 *
 * @param planFile where to write the plan of the first of them
 * @param explain whether to print too what survives, tells, restores and undoes what
 * @returns the exit code: 1 when a mandatory rule is broken
 */
export async function preview(
  root: string,
  stacks: string[],
  { planFile, explain }: { planFile?: string; explain?: boolean } = {},
): Promise<number> {
  const settings = stacks.map((stack) => readStackSettings(root, stack));
  const program = await loadProgram(root);
  // Charts and policy settings are found from the project's root, as under the real engine.
  process.chdir(root);
  const plans: Plan[] = [];
  for (const each of settings) {
    const started = performance.now();
    const planned = await (planFile ? evaluate : evaluateValues)(program, each);
    const { plan, budgets } = judged(root, planned);
    console.log(describePlan(plan, budgets, (performance.now() - started) / 1000));
    if (explain) console.log(`${explained(root, plan)}\n`);
    plans.push(plan);
  }
  if (planFile) writePlan(planFile, plans[0]!);
  return plans.some(isBlocked) ? ends.broken : ends.done;
}
