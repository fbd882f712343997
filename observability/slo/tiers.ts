/** What a stack's owner has bought; the program's configuration names it. */
export type Tier = "starter" | "pro" | "enterprise";

export const tiers: readonly Tier[] = ["starter", "pro", "enterprise"];

/** Days over which an objective holds; also how long metrics have to be kept at least. */
export const periodDays = 30;

export const periodSeconds = periodDays * 86_400;

/** Good events of a period, percent; one promise for every SLO of a stack. */
const objectives: Record<Tier, number> = { starter: 99, pro: 99.5, enterprise: 99.9 };

/** Share of a period's events that have to be good, from 0 to 1. */
export function objectiveOf(tier: Tier): number {
  return exact(objectives[tier] / 100);
}

/** Share of a period's events that may be bad, from 0 to 1: the error budget. */
export function budgetOf(tier: Tier): number {
  return exact((100 - objectives[tier]) / 100);
}

/** Without the last digits of floating point: 14.4 × 0.001 is 0.0144 in a rule, not 0.014400000000000001. */
export function exact(value: number): number {
  return Number(value.toPrecision(12));
}
