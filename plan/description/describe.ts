import { colours } from "../../lib/colours";
import type { Plan } from "../plan";
import { componentTree } from "./component-tree";
import { keyFacts } from "./key-facts";
import { describeViolations } from "./violations";
import { warnings } from "./warnings";

/** A plan as a person wants to see it: the tree, the facts that matter, what to look at. */
export function describePlan(plan: Plan, budgets: string[], seconds: number): string {
  const custom = plan.resources.filter((resource) => resource.custom);
  const title = `${plan.project} ${plan.stack}`;
  const facts = Object.entries(keyFacts(plan));
  const width = Math.max(...facts.map(([name]) => name.length));
  return [
    `${colours.bold(title)}  ${custom.length} resources, planned without credentials; nothing was created`,
    "",
    ...componentTree(plan),
    "",
    ...facts.map(([name, fact]) => `  ${colours.dim(name.padEnd(width))}  ${fact}`),
    "",
    ...warnings(plan).map((warning) => `  ${colours.yellow("warning:")} ${warning}`),
    "",
    ...[...budgets, ...describeViolations(plan.violations).split("\n")].map((line) => `  ${line}`),
    colours.dim(`  planned in ${seconds.toFixed(2)} s`),
    "",
  ].join("\n");
}
