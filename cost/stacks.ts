import { evaluateValues } from "../plan/evaluate";
import { loadProgram } from "../plan/program";
import { stackNames } from "../plan/stack-names";
import { readStackSettings } from "../plan/stack-settings";
import { needsOf } from "../preflight/needs";
import { costPage } from "./page";
import { readPrices } from "./prices";
import { quantitiesOf } from "./quantities";

/** The page of what every stack costs, from their plans. */
export async function costOfStacks(root: string): Promise<string> {
  const program = await loadProgram(root);
  process.chdir(root);
  const stacks = [];
  // One after the other: the SDK's mock runtime is global to the process.
  for (const stack of stackNames(root)) {
    const settings = readStackSettings(root, stack);
    const needs = needsOf(root, await evaluateValues(program, settings), settings);
    stacks.push({ stack, quantities: quantitiesOf(needs.stack, needs.zones.length) });
  }
  return costPage(stacks, readPrices(root));
}
