import { fromPlan, type PlanResource } from "./adapters/plan";
import { exemptionPolicy, Exemptions, objectOf } from "./exemptions";
import { Stack, type Resource } from "../model/resource";
import type { Rule } from "../model/rule";
import { tiers, type Settings } from "../model/settings";
import { withDeployed } from "../releases/deployed";
import { rules } from "../rules";

/** A broken rule, as the engine would report it. */
export interface Violation {
  policy: string;
  enforcementLevel: "advisory" | "mandatory";
  urn: string;
  message: string;
}

/** Judges the resources of a plan by every rule of the pack. Sorted by URN, then by rule. */
export function judge(resources: PlanResource[], settings: Settings): Violation[] {
  return judgeStack(stackOf(resources, settings), settings);
}

/** The resources of a plan in the rules' shape, with what their releases deploy. */
export function stackOf(resources: PlanResource[], settings: Settings): Stack {
  return new Stack(withDeployed(resources.map(fromPlan), settings));
}

/** Judges resources that are already in the rules' shape, with what their releases deploy. */
export function judgeResources(resources: Resource[], settings: Settings): Violation[] {
  return judgeStack(new Stack(resources), settings);
}

/** The same of a {@link stackOf | stack} that is at hand. */
export function judgeStack(stack: Stack, settings: Settings): Violation[] {
  const { resources } = stack;
  const exemptions = new Exemptions(settings);
  const violations: Violation[] = [];
  for (const rule of rules) {
    const judged = rule.types === "all" ? resources : stack.ofType(...rule.types);
    for (const resource of judged)
      violations.push(...judgeOne(rule, resource, stack, settings, exemptions));
  }
  const urn = stack.ofType("pulumi:pulumi:Stack")[0]?.urn ?? "";
  for (const message of exemptions.problems())
    violations.push({ policy: exemptionPolicy, enforcementLevel: "mandatory", urn, message });
  return violations.sort((a, b) => compare(a.urn, b.urn) || compare(a.policy, b.policy));
}

/** What one rule says of one resource, but for what is excused. */
export function judgeOne(
  rule: Rule,
  resource: Resource,
  stack: Stack,
  settings: Settings,
  exemptions = new Exemptions(settings),
): Violation[] {
  return (
    problemsOf(rule, resource, stack, settings)
      // What the table denies is declared there, or stays denied.
      .filter(
        (problem) => rule.group === "declared" || !exemptions.excuse(resource, rule.name, problem),
      )
      .map((problem) => ({
        policy: rule.name,
        enforcementLevel: enforcementLevel(rule, settings),
        urn: resource.urn,
        message: message(rule, resource, problem),
      }))
  );
}

/** A value that a rule never thought of is a violation too, and stops no other rule. */
function problemsOf(rule: Rule, resource: Resource, stack: Stack, settings: Settings): string[] {
  try {
    return rule.judge(resource, stack, settings);
  } catch (error) {
    return [`it cannot be judged: ${(error as Error).message}`];
  }
}

/** Mandatory from the rule's tier upwards. */
export function enforcementLevel(rule: Rule, { tier }: Settings): Violation["enforcementLevel"] {
  return tiers.indexOf(tier) >= tiers.indexOf(rule.from) ? "mandatory" : "advisory";
}

/** Where a rule is explained. */
export function page(rule: Rule): string {
  return `docs/policies/${rule.group}.md#${rule.name}`;
}

function message(rule: Rule, resource: Resource, problem: string): string {
  const subject = resource.release ? `${objectOf(resource)}: ` : "";
  return `${subject}${problem} (${page(rule)})`;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
