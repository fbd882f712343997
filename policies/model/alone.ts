import type { RuleDefinition } from "./rule";
import type { Alone, Settings } from "./settings";

const day = 24 * 3600 * 1000;
/** Days ahead that it may reach: long enough to choose a Region, too short to forget it. */
export const longestAlone = 31;

/** What is promised of every other stack, and not of one without a copy in another Region. */
export const unpromised =
  "backups, images and secrets have no copy in another Region: if this Region is lost too, everything is";

/** Whether copies in another Region are demanded of the stack. Without a valid leave they are. */
export function demandsCopies({ tier, alone }: Settings): boolean {
  return tier !== "starter" && alone === undefined;
}

/** A rule whose demand is a copy in another Region: it says nothing of a stack that has leave. */
export function ofCopies<Rule extends RuleDefinition>(rule: Rule): Rule {
  return {
    ...rule,
    judge: (resource, stack, settings) =>
      settings.alone ? [] : rule.judge(resource, stack, settings),
  };
}

/** What is wrong with a leave as it is written, a clause each. */
export function problemsOfAlone(
  stack: string,
  written: Partial<Alone> | null,
  today: string,
): string[] {
  const { until, reason } = written ?? {};
  const ahead = (Date.parse(until ?? "") - Date.parse(today)) / day;
  return [
    ...(/^\d{4}-\d\d-\d\d$/.test(until ?? "") && ahead <= longestAlone
      ? []
      : [
          `alone.${stack}.until: ${JSON.stringify(until)} is not allowed; allowed: a day, YYYY-MM-DD, ${longestAlone} days ahead at most`,
        ]),
    ...(typeof reason === "string" && reason !== ""
      ? []
      : [
          `alone.${stack}.reason: ${JSON.stringify(reason)} is not allowed; allowed: why, in words`,
        ]),
  ];
}

/** The leave as every run prints it. */
export function describeAlone({ alone }: Settings): string[] {
  return alone ? [`ALONE until ${alone.until}: ${unpromised}; ${alone.reason}`] : [];
}
