import { isAlert, type RuleGroup } from "../../../observability/rule";

const units: Record<string, number> = { s: 1, m: 60, h: 3600, d: 86_400 };

/** Rules for a clock that runs so many times as fast: every window, offset, interval and `for` is divided. */
export function scaled(groups: RuleGroup[], factor: number): RuleGroup[] {
  const divided = (text: string) =>
    text.replace(
      /(?<![\w."])(\d+)([smhd])\b/g,
      (_, number: string, unit: string) =>
        `${Math.round((Number(number) * units[unit]! * 1000) / factor)}ms`,
    );
  return groups.map(({ name, interval, rules }) => ({
    name,
    interval: divided(interval!),
    rules: rules.map((rule) => ({
      ...rule,
      expr: divided(rule.expr),
      ...(isAlert(rule) && { for: divided(rule.for) }),
    })),
  }));
}
