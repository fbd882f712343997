import { limits, type Limits } from "../../declared/limits";
import type { Tier } from "../../model/settings";

/** A comparison with a number, or a product of numbers; or a bracket or a word between two sides. */
const compared =
  /[()]|\b(?:and|or|unless)\b|(==|!=|>=|<=|>|<)\s*(?:bool\s+)?(-?[\d.]+(?:e[+-]?\d+)?(?:\s*\*\s*[\d.]+)*)?/gi;
/** A constant beside `and` or `unless`: the alert then always fires or never. */
const decided =
  /\b(and|unless)\b\s*((on|ignoring)\s*\([^)]*\)\s*)?\(*\s*(vector\s*\(|[\d.]+\s*([)]|$))/i;

/** What puts an alert's limit out of reach, as far as its expression shows; empty: nothing does. */
export function outOfReach(alert: string, expr: string, tier: Tier): string[] {
  // Labels, ranges and strings compare nothing.
  const text = expr.replace(/\{[^}]*\}|\[[^\]]*\]|"(?:[^"\\]|\\.)*"/g, " ");
  const found = comparisons(text).flatMap((one) => fault(alert, one, tier));
  return [...found, ...(decided.test(text) ? ["a constant decides whether it fires"] : [])];
}

interface Compared {
  operator: string;
  number: string | undefined;
  /** Whether it stands behind `unless`, where what holds silences the alert. */
  silences: boolean;
}

function comparisons(text: string): Compared[] {
  const found: Compared[] = [];
  // One entry for each open bracket: what it began with, and what holds at this place in it.
  const open = [{ began: false, silences: false }];
  for (const [token, operator, number] of text.matchAll(compared)) {
    const inner = open.at(-1)!;
    if (operator) found.push({ operator, number, silences: inner.silences });
    else if (token === "(") open.push({ began: inner.silences, silences: inner.silences });
    else if (token === ")") open.splice(Math.max(1, open.length - 1));
    else inner.silences = token.toLowerCase() === "unless" ? !inner.began : inner.began;
  }
  return found;
}

function fault(alert: string, { operator, number, silences }: Compared, tier: Tier): string[] {
  const how = silences ? (`unless ${operator}` as const) : operator;
  if (number === undefined) return [`it compares by ${how} with what is no number`];
  const value = number.split("*").reduce((product, factor) => product * Number(factor), 1);
  if (operator === "==" && (value === 0 || value === 1)) return [];
  const declared = limits[alert]?.[how as keyof Limits];
  const limit = typeof declared === "object" ? declared[tier] : declared;
  if (limit === undefined)
    return [`it compares by ${how} ${number}; policies/declared/limits has no such limit`];
  const reached = operator.startsWith(">") === silences ? value >= limit : value <= limit;
  return reached ? [] : [`it fires at ${how} ${number}; it must at ${how} ${limit}`];
}
