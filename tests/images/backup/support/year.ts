import fc from "fast-check";
import type { Backup } from "../../../../images/backup/manifest";
import { keptOf, pruneBlocker } from "../../../../images/backup/prune";
import { exampleBackup, exampleVerification, idsOf } from "./example-backup";

const hour = 3600 * 1000;
export const day = 24 * hour;
export const start = Date.UTC(2026, 0, 1, 2);

/** What happens on one day of the year. */
export interface Day {
  /** Dumps that succeed, at this hour each. */
  dumps: number[];
  /** Tables that the day's dumps lack. */
  lacking: boolean;
  /** How the day's verification of the newest ends; undefined: there is none. */
  verification?: boolean;
  prunes: boolean;
}

const anyDay: fc.Arbitrary<Day> = fc.record({
  dumps: fc
    .uniqueArray(fc.integer({ min: 0, max: 20 }), { maxLength: 3 })
    .map((hours) => hours.sort((a, b) => a - b)),
  lacking: fc.oneof(
    { weight: 9, arbitrary: fc.constant(false) },
    { weight: 1, arbitrary: fc.constant(true) },
  ),
  verification: fc.oneof(
    { weight: 6, arbitrary: fc.constant(true) },
    { weight: 1, arbitrary: fc.constant(false) },
    { weight: 3, arbitrary: fc.constant(undefined) },
  ),
  prunes: fc.boolean(),
});
export const anyYear = fc.array(anyDay, { minLength: 370, maxLength: 400 });

/** What a day's prune saw and left. */
export interface Pruned {
  before: Backup[];
  after: Backup[];
  now: Date;
}

/** Plays a year; `look` sees every prune. What is pruned is gone at once. */
export function live(year: Day[], look: (pruned: Pruned) => void): Backup[] {
  let there: Backup[] = [];
  year.forEach(({ dumps, lacking, verification, prunes }, index) => {
    const more = lacking ? { lacking: ["minixdr.events"] } : {};
    for (const at of dumps) {
      const time = new Date(start + index * day + at * hour);
      there.push(exampleBackup(time, idsOf(there).sort(), more));
    }
    const now = new Date(start + index * day + 21 * hour);
    const newest = there.at(-1);
    if (newest && verification !== undefined)
      newest.verification ??= exampleVerification(newest, now, verification);
    if (!prunes || pruneBlocker({ backups: there, refused: [] }, new Set(), now)) return;
    const keep = keptOf(there, new Set());
    const after = there.filter(({ manifest }) => keep.has(manifest.id));
    look({ before: there, after, now });
    there = after;
  });
  return there;
}
