import type { Backup, Tier } from "./manifest";

/** Periods of each length that keep a backup. */
export const promised: Record<Tier, number> = { daily: 7, weekly: 4, monthly: 6 };

/**
 * The backups that are kept: the newest, and the first good one of each of the last 7 days, 4 weeks
 * and 6 months that have one. Days in which no backup succeeded do not count, so a long failure
 * does not eat what is there. The first of a period, because it stays the same however often it is
 * asked: no backup is kept today that an earlier prune has let go.
 */
export function kept(backups: Backup[]): Set<Backup> {
  const good = backups.filter(isGood).sort(byTime);
  const keep = new Set(good.slice(-1));
  for (const [tier, count] of Object.entries(promised) as [Tier, number][]) {
    const firsts = new Map<string, Backup>();
    for (const backup of good) {
      const period = periodOf(tier, new Date(backup.manifest.snapshotAt));
      if (!firsts.has(period)) firsts.set(period, backup);
    }
    for (const backup of [...firsts.values()].slice(-count)) keep.add(backup);
  }
  return keep;
}

/** Tier of a backup made now: the longest whose period has no good backup yet. */
export function tierOf(now: Date, backups: Backup[]): Tier {
  const lacking = (tier: Tier) =>
    !backups
      .filter(isGood)
      .some(
        ({ manifest }) => periodOf(tier, new Date(manifest.snapshotAt)) === periodOf(tier, now),
      );
  return (["monthly", "weekly"] as const).find(lacking) ?? "daily";
}

/** Why nothing may be pruned now; undefined when it may. */
export function pruneBlocker(backups: Backup[]): string | undefined {
  const newest = [...backups].sort(byTime).at(-1);
  if (!newest) return "there is no backup";
  const { verification, manifest } = newest;
  if (verification?.holds) return undefined;
  const why = verification ? "failed its verification" : "is not verified yet";
  return `the newest backup ${manifest.id} ${why}`;
}

/** Nothing has shown it to be bad. */
export function isGood({ verification }: Backup): boolean {
  return verification?.holds !== false;
}

/** Order of the snapshots; the id decides between two of the same second. */
export function byTime(a: Backup, b: Backup): number {
  return (
    Date.parse(a.manifest.snapshotAt) - Date.parse(b.manifest.snapshotAt) ||
    (a.manifest.id < b.manifest.id ? -1 : 1)
  );
}

/** UTC day, ISO week (named by its Thursday) or month. */
export function periodOf(tier: Tier, time: Date): string {
  const day = time.toISOString().slice(0, 10);
  if (tier === "daily") return day;
  if (tier === "monthly") return day.slice(0, 7);
  const thursday = new Date(`${day}T00:00:00Z`);
  thursday.setUTCDate(thursday.getUTCDate() + 4 - (thursday.getUTCDay() || 7));
  return `week of ${thursday.toISOString().slice(0, 10)}`;
}
