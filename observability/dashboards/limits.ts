import { isAlert, type Alert, type Severity } from "../rule";
import { groups } from "../rules";

/** From where on a figure is no longer good. */
export interface Limit {
  at: number;
  bad: "above" | "below";
  severity: Severity;
}

const alerts = groups.flatMap(({ rules }) => rules.filter(isAlert));

/** An alert of every tier, by its name. @throws when there is none */
export function alertNamed(name: string): Alert {
  const found = alerts.find(({ alert }) => alert === name);
  if (!found) throw new Error(`no alert ${name}`);
  return found;
}

/**
 * The limit of an alert, read off its query, so that a panel turns red where somebody is paged.
 *
 * @param comparison which of the query's comparisons with a number; default the last
 * @throws when the query has no such comparison
 */
export function limitOf(name: string, comparison = -1): Limit {
  const { expr, severity } = alertNamed(name);
  const found = [...expr.matchAll(/([<>])=? ([\d.]+)(?: \* ([\d.]+))?/g)].at(comparison);
  if (!found) throw new Error(`${name} compares with no number`);
  const [, sign, number, factor = "1"] = found;
  return { at: Number(number) * Number(factor), bad: sign === ">" ? "above" : "below", severity };
}
