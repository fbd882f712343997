import type { Resource } from "../model/resource";
import type { Break, Line } from "./line";

/** What is wrong with one link of a chain: a break for each problem. */
export function broken(
  of: string,
  link: string,
  { urn, name }: Pick<Resource, "urn" | "name">,
  problems: (string | undefined)[],
): Break[] {
  return problems
    .filter((problem) => problem !== undefined)
    .map((problem) => ({ urn, problem: `${of}: ${link} ${name}: ${problem}` }));
}

/** The breaks of a model as a rule reports them: what breaks many at once is told once. */
export function violations(lines: Line[]): string[] {
  const concerned = new Map<string, Set<string>>();
  for (const { of, broken: breaks } of lines)
    for (const { problem } of breaks) {
      const what = problem.slice(of.length);
      concerned.set(what, (concerned.get(what) ?? new Set()).add(of));
    }
  return [...concerned].map(([what, faults]) => [...faults].join(", ") + what);
}
