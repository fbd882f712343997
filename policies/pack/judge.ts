import { fromPlan, type PlanResource } from "./adapters/plan";
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

/** Name under which an exemption that exempts nothing is reported. */
export const exemptionPolicy = "exemption-in-use";

/** What one rule finds in one resource: the exemptions of it that were needed, and the rest. */
interface Verdict {
  violations: Violation[];
  exempted: boolean;
}

/** Judges the resources of a plan by every rule of the pack. Sorted by URN, then by rule. */
export function judge(resources: PlanResource[], settings: Settings): Violation[] {
  return judgeResources(withDeployed(resources.map(fromPlan), settings), settings);
}

/** Judges resources that are already in the rules' shape, with what their releases deploy. */
export function judgeResources(resources: Resource[], settings: Settings): Violation[] {
  const stack = new Stack(resources);
  const used = new Set<string>();
  const violations: Violation[] = [];
  for (const rule of rules) {
    const judged = rule.types === "all" ? resources : stack.ofType(...rule.types);
    for (const resource of judged) {
      const verdict = judgeOne(rule, resource, stack, settings);
      violations.push(...verdict.violations);
      if (verdict.exempted) used.add(exemptionKey(resource.name, rule.name));
    }
  }
  violations.push(...unused(settings, used, resources));
  return violations.sort((a, b) => compare(a.urn, b.urn) || compare(a.policy, b.policy));
}

/** What one rule says of one resource. */
export function judgeOne(
  rule: Rule,
  resource: Resource,
  stack: Stack,
  settings: Settings,
): Verdict {
  const problems = rule.judge(resource, stack, settings);
  if (problems.length === 0) return { violations: [], exempted: false };
  // What the table denies is declared there, or stays denied.
  if (rule.group !== "declared" && isExempt(settings, resource.name, rule.name))
    return { violations: [], exempted: true };
  return {
    exempted: false,
    violations: problems.map((problem) => ({
      policy: rule.name,
      enforcementLevel: enforcementLevel(rule, settings),
      urn: resource.urn,
      message: message(rule, resource, problem),
    })),
  };
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
  const subject = resource.release ? `${resource.type.split(":").pop()} ${resource.name}: ` : "";
  return `${subject}${problem} (${page(rule)})`;
}

function isExempt({ exemptions }: Settings, name: string, rule: string): boolean {
  return exemptions.some(({ workload, rules }) => workload === name && rules.includes(rule));
}

function exemptionKey(name: string, rule: string): string {
  return `${name} ${rule}`;
}

/** Exemptions that nothing needs: each would let a later change slip through unseen. */
function unused(settings: Settings, used: Set<string>, resources: Resource[]): Violation[] {
  const urn = resources.find(({ type }) => type === "pulumi:pulumi:Stack")?.urn ?? "";
  return settings.exemptions.flatMap(({ workload, rules: exempted }) =>
    exempted
      .filter((rule) => !used.has(exemptionKey(workload, rule)))
      .map((rule) => ({
        policy: exemptionPolicy,
        enforcementLevel: "mandatory" as const,
        urn,
        message: `${workload} needs no exemption from ${rule}; remove it from policies/config.json`,
      })),
  );
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
