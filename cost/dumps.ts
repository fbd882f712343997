import { interval } from "../policies/model/schedule";
import { at, list } from "../policies/model/resource";
import type { Plan } from "../plan/plan";
import { priceOf, type Prices } from "./prices";

/** What decides how many dumps are stored. */
export interface DumpKeeping {
  /** Dumps a day. */
  perDay: number;
  /** Days between two verifications, after each of which is pruned. */
  pruneEvery: number;
  /** Days from the tag to the delete marker, and from there to the end. */
  expireDays: number;
  noncurrentDays: number;
  /** Days in which S3 deletes nothing. */
  lockDays: number;
}

/** Dumps that the promise keeps: the newest of 7 days, 4 weeks and 6 months. */
const promised = 7 + 4 + 6;

/** As the plan has it. */
export function dumpKeeping({ resources }: Plan): DumpKeeping {
  const inputs = (name: string) => resources.find((one) => one.name === name)!.inputs;
  const schedule = at(inputs("database-backup-release"), "values.schedule");
  const pruned = list(inputs("backups-primary-lifecycle"), "rules").find(
    (rule) => at(rule, "id") === "pruned-daily",
  );
  const day = 86_400;
  return {
    perDay: day / interval(String(at(schedule, "dump"))),
    pruneEvery: interval(String(at(schedule, "verify"))) / day,
    expireDays: at(pruned, "expiration.days") as number,
    noncurrentDays: at(pruned, "noncurrentVersionExpiration.noncurrentDays") as number,
    lockDays: at(inputs("backups-primary-lock"), "rule.defaultRetention.days") as number,
  };
}

/** Dumps that are stored at any time, in the mean: those that nothing keeps, and the promised ones. */
export function dumpsStored(keeping: DumpKeeping): number {
  const { perDay, pruneEvery, expireDays, noncurrentDays, lockDays } = keeping;
  const life = Math.max(lockDays, pruneEvery / 2 + expireDays + noncurrentDays);
  return perDay * life + promised;
}

/** What dumps of a size cost a month, in US dollars. Requests and KMS are left out: cents. */
export function dumpCost(keeping: DumpKeeping, gigabytes: number, prices: Prices) {
  const price = (key: string) => priceOf(prices, `s3.${key}`);
  const stored = dumpsStored(keeping) * gigabytes;
  const copied = keeping.perDay * 30 * gigabytes;
  const cost = {
    storage: stored * price("standard"),
    copyStorage: stored * price("standard-copy"),
    copying: copied * (price("transfer") + price("replication-time-control")),
  };
  return { ...cost, total: cost.storage + cost.copyStorage + cost.copying };
}

/** The table of docs/disaster-recovery.md. */
export function dumpCostTable(keeping: DumpKeeping, prices: Prices): string {
  const dollars = (value: number) => value.toFixed(0);
  const rows = [1, 5, 20, 100].map((gigabytes) => {
    const { storage, copyStorage, copying, total } = dumpCost(keeping, gigabytes, prices);
    const cells = [storage, copyStorage, copying, total].map(dollars);
    return `| ${gigabytes} GB | ${gigabytes * 4} GB | ${cells.join(" | ")} |`;
  });
  return [
    "| a dump | database, if a dump is a quarter of it | storage | copies' storage | copying | US dollars a month |",
    "| --- | --- | --- | --- | --- | --- |",
    ...rows,
  ].join("\n");
}
