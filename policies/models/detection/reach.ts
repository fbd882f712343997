import { limits, type Comparison } from "../../declared/limits";
import type { Tier } from "../../model/settings";

/** A comparison with a number, or a product of numbers. */
const compared = /(==|!=|>=|<=|>|<)\s*(?:bool\s+)?(-?[\d.]+(?:e[+-]?\d+)?(?:\s*\*\s*[\d.]+)*)?/gi;
/** A constant beside `and` or `unless`: the alert then always fires or never. */
const decided =
  /\b(and|unless)\b\s*((on|ignoring)\s*\([^)]*\)\s*)?\(*\s*(vector\s*\(|[\d.]+\s*([)]|$))/i;

/** What puts an alert's limit out of reach, as far as its expression shows; empty: nothing does. */
export function outOfReach(alert: string, expr: string, tier: Tier): string[] {
  // Labels, ranges and strings compare nothing.
  const text = expr.replace(/\{[^}]*\}|\[[^\]]*\]|"(?:[^"\\]|\\.)*"/g, " ");
  const found = [...text.matchAll(compared)].flatMap(([, operator, number]) =>
    fault(alert, operator!, number, tier),
  );
  return [...found, ...(decided.test(text) ? ["a constant decides whether it fires"] : [])];
}

function fault(alert: string, operator: string, number: string | undefined, tier: Tier): string[] {
  if (number === undefined) return [`it compares by ${operator} with what is no number`];
  const value = number.split("*").reduce((product, factor) => product * Number(factor), 1);
  if (operator === "==" && (value === 0 || value === 1)) return [];
  const declared = limits[alert]?.[operator as Comparison];
  const limit = typeof declared === "object" ? declared[tier] : declared;
  if (limit === undefined)
    return [`it compares by ${operator} ${number}; policies/declared/limits has no such limit`];
  const reached = operator.startsWith(">") ? value <= limit : value >= limit;
  return reached ? [] : [`it fires at ${operator} ${number}; it must at ${operator} ${limit}`];
}
