import { at, list } from "../../model/resource";

/** Labels of an alert that are known before it fires. */
export type Labels = Record<string, string>;

/** Whether an alert is matched; `maybe` where that depends on a label that only its firing brings. */
export type Answer = "yes" | "no" | "maybe";

const syntax = /^\s*"?([^"=!~\s]+?)"?\s*(=~|!~|!=|=)\s*(?:"((?:[^"\\]|\\.)*)"|([^"\s]*))\s*$/;

/** Whether every matcher matches, as Alertmanager reads them; a list of none matches everything. */
export function matchesAll(matchers: unknown[], labels: Labels): Answer {
  const answers = matchers.map((matcher) => matches(matcher, labels));
  if (answers.includes("no")) return "no";
  return answers.includes("maybe") ? "maybe" : "yes";
}

/** One that cannot be read might match. */
function matches(matcher: unknown, labels: Labels): Answer {
  const [, name, operator, quoted, bare] = syntax.exec(String(matcher)) ?? [];
  if (name === undefined || !Object.hasOwn(labels, name)) return "maybe";
  // A template is filled in when it fires.
  const value = labels[name]!;
  if (value.includes("{{")) return "maybe";
  const wanted = (quoted ?? bare ?? "").replace(/\\(.)/g, "$1");
  const same = operator!.includes("~") ? fits(value, quoted ?? bare ?? "") : value === wanted;
  if (same === undefined) return "maybe";
  return same === operator!.startsWith("=") ? "yes" : "no";
}

/** Alertmanager anchors a pattern at both ends; undefined where it is none. */
function fits(value: string, pattern: string): boolean | undefined {
  try {
    return new RegExp(`^(?:${pattern.replace(/\\\\/g, "\\")})$`, "s").test(value);
  } catch {
    return undefined;
  }
}

/** Matchers of a route, also in the spelling of Alertmanager before 0.22. */
export function matchersOf(route: unknown): unknown[] {
  const old = (key: string, operator: string) =>
    Object.entries((at(route, key) ?? {}) as object).map(
      ([label, value]) => `${label}${operator}"${String(value)}"`,
    );
  return [...list(route, "matchers"), ...old("match", "="), ...old("match_re", "=~")];
}
