import { freshFor, type Report } from "./decide";

/** Seconds of lag above which a standby serves no reads; the application's own limit is the same. */
const keepsUp = 2;

/**
 * Which standby serves the reads: the one that does, as long as it keeps up; else another that does.
 * Undefined where none does: the reader's name decides.
 *
 * @param turn a number of this pooler's own, so that poolers spread over the standbys
 */
export function reader(
  current: string | undefined,
  reports: readonly Report[],
  now: number,
  turn: number,
): string | undefined {
  const standbys = reports.filter(
    ({ answer }) => answer && now - answer.at <= freshFor && answer.standby,
  );
  const endpoints = (some: readonly Report[]) => some.map(({ endpoint }) => endpoint).sort();
  const able = endpoints(
    standbys.filter(({ answer }) => answer!.streaming && answer!.lag <= keepsUp),
  );
  // Without a writer no standby receives anything, and none is better than the one that serves.
  const kept = able.length > 0 ? able : endpoints(standbys);
  if (current && kept.includes(current)) return current;
  return able[turn % able.length];
}
