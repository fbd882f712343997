import { tiers, timeOf, type Backup, type Tier } from "./manifest";

const day = 24 * 3600 * 1000;

/** Periods of each length that keep a backup. */
export const promised: Record<Tier, number> = { daily: 7, weekly: 4, monthly: 6 };

/**
 * Days for which nobody can delete a backup of a tier; absent: as long as the bucket's default. The
 * promise needs the first of a week until the first of the fourth week after it, 34 days at the most
 * with one backup a week, and the first of a month for 184 days with one a day: six more are left.
 */
export const lockDays: Partial<Record<Tier, number>> = { weekly: 35, monthly: 190 };

/** Until when nobody can delete a backup that is made now. */
export function lockedUntil(tier: Tier, now: Date): Date | undefined {
  const days = lockDays[tier];
  return days === undefined ? undefined : new Date(now.getTime() + days * day);
}

/**
 * The backups that are kept, by name: the newest, and the first of each of the last 7 days, 4 weeks
 * and 6 months that have one. Days in which no backup succeeded do not count, so a long failure
 * does not eat what is there. The first of a period, because it stays the same however often it is
 * asked: no backup is kept today that an earlier prune has let go.
 */
export function kept(ids: string[]): Set<string> {
  const sorted = [...ids].sort();
  const keep = new Set(sorted.slice(-1));
  for (const tier of tiers)
    for (const id of firsts(sorted, tier).slice(-promised[tier])) keep.add(id);
  return keep;
}

/** How many of the last periods of a tier have one of these. */
export function covered(ids: string[], tier: Tier): number {
  return Math.min(promised[tier], firsts(ids, tier).length);
}

/** The first of each period, oldest first. */
function firsts(ids: string[], tier: Tier): string[] {
  const found = new Map<string, string>();
  for (const id of [...ids].sort()) {
    const period = periodOf(tier, timeOf(id)!);
    if (!found.has(period)) found.set(period, id);
  }
  return [...found.values()];
}

/**
 * Tier of a backup made now: the longest whose period has none yet, of any tier. By names alone, as
 * whoever dumps may read nothing: one that has turned out to be bad counts too, so the next one is
 * a daily, and what is promised is kept by tags, whichever the tier.
 */
export function tierOf(now: Date, ids: string[]): Tier {
  const lacking = (tier: Tier) =>
    !ids.some((id) => periodOf(tier, timeOf(id)!) === periodOf(tier, now));
  return (["monthly", "weekly"] as const).find(lacking) ?? "daily";
}

/** Nothing has shown it to be bad. */
export function isGood({ verification }: Backup): boolean {
  return verification?.holds !== false;
}

/** Nothing is missing in it, and nothing has shown it to be bad. */
export function isRestorable(backup: Backup): boolean {
  return isGood(backup) && backup.manifest.lacking.length === 0;
}

/** A restore has shown it to be whole. */
export function isVerified(backup: Backup): boolean {
  return isRestorable(backup) && backup.verification?.holds === true;
}

/** Order of the snapshots; the id decides between two of the same time. */
export function byTime(a: Backup, b: Backup): number {
  return (
    Date.parse(a.manifest.snapshotAt) - Date.parse(b.manifest.snapshotAt) ||
    (a.manifest.id < b.manifest.id ? -1 : 1)
  );
}

/** UTC day, ISO week (named by its Thursday) or month. */
export function periodOf(tier: Tier, time: Date): string {
  const date = time.toISOString().slice(0, 10);
  if (tier === "daily") return date;
  if (tier === "monthly") return date.slice(0, 7);
  const thursday = new Date(`${date}T00:00:00Z`);
  thursday.setUTCDate(thursday.getUTCDate() + 4 - (thursday.getUTCDay() || 7));
  return `week of ${thursday.toISOString().slice(0, 10)}`;
}
