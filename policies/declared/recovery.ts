import type { Tier } from "../model/settings";

/** Seconds of work that may be lost, by tier, where a copy is all that is left. */
export const recoveryPoint: Record<Tier, number> = {
  starter: 26 * 3600,
  pro: 26 * 3600,
  enterprise: 3600,
};

/** Seconds in which S3 copies an object to the other Region (replication time control). */
export const copyTime = 900;

/** Seconds until the data is back. */
export const recoveryTime = 4 * 3600;

/** How far AWS's point-in-time recovery is behind, seconds: its own words, "within the last five minutes". */
export const pointInTime = 300;

/** Storage classes of S3 that give an object back at once, and do not lose it with one zone. */
export const readable = ["STANDARD", "STANDARD_IA", "INTELLIGENT_TIERING", "GLACIER_IR"];

/** Days for which the archived configuration of the stack is kept at least. */
export const stateDays = 30;

/** Prefixes of dumps in a vault. */
export const dumpPrefixes = ["daily/", "weekly/", "monthly/"];

/** Days for which a dump is promised, by its prefix: 7 days, 4 weeks and 6 months at their longest. */
export const promisedDays: Record<string, number> = { "daily/": 7, "weekly/": 28, "monthly/": 184 };

/** Days for which a dump may be locked when it arrives: as long as it is promised, and no longer than a mistake is paid for. */
export const lockedDays = { weekly: 28, monthly: 184, atMost: 200 };
