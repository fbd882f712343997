import { join } from "node:path";
import { evaluate } from "../../plan/evaluate";
import { loadProgram, type Program } from "../../plan/program";
import type { Plan, PlannedResource } from "../../plan/plan";
import { readStackSettings, type StackSettings } from "../../plan/stack-settings";

/** The project's folder. */
export const root = join(__dirname, "../..");

let compiled: Promise<Program> | undefined;
const plans = new Map<string, Promise<Plan>>();
let last: Promise<unknown> = Promise.resolve();

/** The unchanged program, compiled once for all tests. */
export function program(): Promise<Program> {
  return (compiled ??= loadProgram(root));
}

/** The plan of a stack as it is configured, evaluated once for all tests. */
export function plannedStack(stack: string): Promise<Plan> {
  if (!plans.has(stack)) plans.set(stack, planned(readStackSettings(root, stack)));
  return plans.get(stack)!;
}

/** The plan of a stack with other values of one structured key of its configuration. */
export function plannedWith(stack: string, key: string, values: object): Promise<Plan> {
  const settings = readStackSettings(root, stack);
  const name = `${settings.project}:${key}`;
  const value = { ...(JSON.parse(settings.config[name]!) as object), ...values };
  return planned({
    ...settings,
    config: { ...settings.config, [name]: JSON.stringify(value) },
  });
}

/** The plan of a stack with other settings than its file's. */
export function planned(settings: StackSettings): Promise<Plan> {
  // One after the other: the SDK's mock runtime is global to the process.
  const plan = last.then(async () => evaluate(await program(), settings));
  last = plan.catch(() => undefined);
  return plan;
}

/** Every resource of a type. */
export function ofType(plan: Plan, type: string): PlannedResource[] {
  return plan.resources.filter((resource) => resource.type === type);
}

/** The one resource of a type. Throws when there is none, or more than one. */
export function only(plan: Plan, type: string): PlannedResource {
  const found = ofType(plan, type);
  if (found.length !== 1) throw new Error(`${type}: ${found.length} in the plan, 1 expected`);
  return found[0]!;
}

/** The one resource of a name. */
export function named(plan: Plan, name: string): PlannedResource {
  const found = plan.resources.filter((resource) => resource.name === name);
  if (found.length !== 1) throw new Error(`${name}: ${found.length} in the plan, 1 expected`);
  return found[0]!;
}
