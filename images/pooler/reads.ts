import { freshFor, silentFor, unsureFor, type Answer, type Report } from "./decide";

/** Seconds of lag above which a standby serves no reads; the application's own limit is the same. */
const keepsUp = 2;

/**
 * Which standby serves the reads: the one that does, as long as it keeps up; else another that does.
 * Undefined where none does: the reader's name decides.
 *
 * Every change closes connections, and a busy node's process gets its turn late: who has not been heard
 * lately stays for {@link silentFor} where another could serve, and for {@link unsureFor} where none could.
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
    ({ answer }) => answer?.standby && !isLate(answer, freshFor, now),
  );
  const endpoints = (some: readonly Report[]) => some.map(({ endpoint }) => endpoint).sort();
  const able = endpoints(
    standbys.filter(({ answer }) => answer!.streaming && answer!.lag <= keepsUp),
  );
  // Without a writer no standby receives anything, and none is better than the one that serves.
  const kept = able.length > 0 ? able : endpoints(standbys);
  const another = able[turn % able.length];
  const serves = reports.find(({ endpoint }) => endpoint === current);
  if (!serves?.answer?.standby) return another;
  const { endpoint, answer, refused = -Infinity } = serves;
  const patience = kept.length > 0 ? silentFor : unsureFor;
  const stays = isLate(answer, freshFor, now)
    ? refused < answer.at && !isLate(answer, patience, now)
    : kept.includes(endpoint);
  return stays ? endpoint : another;
}

const isLate = ({ at }: Answer, limit: number, now: number) => now - at > limit;
