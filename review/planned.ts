import { evaluateValues } from "../plan/evaluate";
import type { Plan } from "../plan/plan";
import type { Program } from "../plan/program";
import { readStackSettings } from "../plan/stack-settings";

/** A stack of a checkout as its program plans it, before anything is read from that. */
export interface Planned {
  plan: Plan;
  /** Configuration by key, as text; what is encrypted stays closed. */
  config: Record<string, string>;
}

/** Plans a stack of a checkout by its program. */
export async function planned(checkout: string, stack: string, program: Program): Promise<Planned> {
  const settings = readStackSettings(checkout, stack);
  // Charts are found from the project's root, as under the real engine.
  process.chdir(checkout);
  return { plan: await evaluateValues(program, settings), config: settings.config };
}
