import assert from "node:assert/strict";
import fc from "fast-check";
import {
  backupId,
  folderOf,
  timeOf,
  type Backup,
  type Tier,
} from "../../../images/backup/manifest";
import {
  isRestorable,
  isVerified,
  kept,
  lockedUntil,
  periodOf,
  promised,
  tierOf,
} from "../../../images/backup/retention";
import type { LifecycleRule } from "../../../rehearsal/aws/moto";
import { exampleBackup, idsOf } from "./support/example-backup";
import { plannedVault } from "./support/planned-vault";
import { anyYear, day, live, start, type Day } from "./support/year";

/** Said in another way than the program does: period by period, by hand. */
function promise(ids: string[]): Set<string> {
  const sorted = [...ids].sort();
  const found = new Set(sorted.slice(-1));
  for (const tier of ["daily", "weekly", "monthly"] as const) {
    const seen: string[] = [];
    for (const id of [...sorted].reverse()) {
      const period = periodOf(tier, timeOf(id)!);
      if (!seen.includes(period)) seen.push(period);
    }
    for (const period of seen.slice(0, promised[tier]))
      found.add(sorted.find((id) => periodOf(tier, timeOf(id)!) === period)!);
  }
  return found;
}

const perfect: Day = { dumps: [0], lacking: false, verification: true, prunes: true };

describe("retention over a year, for any order of successes and failures", function () {
  this.timeout(120_000);

  it("the promise of all, that of the restorable, and what is newer than a verified one remain", () => {
    fc.assert(
      fc.property(anyYear, (year) => {
        live(year, ({ before, after }) => {
          const newest = before.findLastIndex(isVerified);
          const expected = new Set([
            ...promise(idsOf(before)),
            ...promise(idsOf(before.filter(isRestorable))),
            ...idsOf(before.slice(newest)),
          ]);
          assert.deepEqual(new Set(idsOf(after)), expected);
        });
      }),
      { numRuns: 10 },
    );
  });

  it("no prune, however early, takes what would be promised later had nobody pruned", () => {
    fc.assert(
      fc.property(anyYear, (year) => {
        const pruned = new Set(idsOf(live(year, () => {})));
        const all = live(
          year.map((one) => ({ ...one, prunes: false })),
          () => {},
        );
        for (const id of promise(idsOf(all))) assert.ok(pruned.has(id), id);
      }),
      { numRuns: 3 },
    );
  });

  it("of those that restore, none that is promised later is ever taken, while none turns bad", () => {
    const withoutBad = anyYear.map((year) =>
      year.map((one) => ({
        ...one,
        verification: one.verification === undefined ? undefined : true,
      })),
    );
    fc.assert(
      fc.property(withoutBad, (year) => {
        const pruned = new Set(idsOf(live(year, () => {})));
        const all = live(
          year.map((one) => ({ ...one, prunes: false })),
          () => {},
        );
        for (const id of promise(idsOf(all.filter(isRestorable)))) assert.ok(pruned.has(id), id);
      }),
      { numRuns: 3 },
    );
  });

  it("nothing goes without a verification of the last 8 days, and never the newest verified", () => {
    fc.assert(
      fc.property(anyYear, (year) => {
        live(year, ({ before, after, now }) => {
          const verified = before.filter(isVerified);
          const since = now.getTime() - 8 * day;
          assert.ok(verified.some(({ verification }) => Date.parse(verification!.at) >= since));
          const from = before.indexOf(verified.at(-1)!);
          for (const one of before.slice(from)) assert.ok(after.includes(one));
        });
      }),
      { numRuns: 10 },
    );
  });

  it("after a year without a failure: 7 days, 4 weeks and 6 months, each its first", () => {
    const year = Array.from({ length: 365 }, () => perfect);
    const left = live(year, () => {}).map(({ manifest }) => manifest.snapshotAt.slice(0, 10));
    const daily = [
      "2026-12-25",
      "2026-12-26",
      "2026-12-27",
      "2026-12-28",
      "2026-12-29",
      "2026-12-30",
      "2026-12-31",
    ];
    const weekly = ["2026-12-07", "2026-12-14", "2026-12-21", "2026-12-28"];
    const monthly = ["07", "08", "09", "10", "11", "12"].map((month) => `2026-${month}-01`);
    assert.deepEqual(left, [...new Set([...monthly, ...weekly, ...daily])].sort());
  });

  it("a backup is stored under the longest tier whose period has none yet", () => {
    const made: string[] = [];
    const found: Tier[] = [];
    for (const at of ["2026-11-30", "2026-12-01", "2026-12-02", "2026-12-07"]) {
      const time = new Date(`${at}T02:00Z`);
      found.push(tierOf(time, made));
      made.push(backupId(time, "00000a"));
    }
    assert.deepEqual(found, ["monthly", "monthly", "daily", "weekly"]);
  });

  it("what a week or a month is kept by stays locked for as long, with a dump a day at any hour", () => {
    const hours = fc.array(fc.integer({ min: 0, max: 23 }), { minLength: 370, maxLength: 400 });
    fc.assert(
      fc.property(hours, (year) => {
        const made: string[] = [];
        const locks = new Map<string, Date | undefined>();
        year.forEach((hour, index) => {
          const now = new Date(Math.floor(start / day) * day + index * day + hour * 3600 * 1000);
          const id = backupId(now, "00000a");
          locks.set(id, lockedUntil(tierOf(now, made), now));
          made.push(id);
          for (const one of kept(made)) {
            const age = now.getTime() - timeOf(one)!.getTime();
            // The younger ones are a day's, and kept by their day.
            if (age < 8 * day) continue;
            const until = locks.get(one);
            assert.ok(until && until > now, `${one}: ${age / day} days old, until ${until}`);
          }
        });
      }),
      { numRuns: 3 },
    );
  });

  it("the plan's lifecycle deletes what prune has tagged, a day later, and nothing else of a backup", async () => {
    const { lifecycle } = await plannedVault();
    const made: Backup[] = [];
    for (let index = 0; index < 200; index++)
      made.push(exampleBackup(new Date(start + index * day), idsOf(made)));
    const keep = kept(idsOf(made));
    for (const { manifest } of made) {
      const key = `${folderOf(manifest)}database.dump`;
      const age = (start + 200 * day - Date.parse(manifest.snapshotAt)) / day;
      assert.equal(expires(lifecycle, key, {}, age), false, key);
      assert.equal(expires(lifecycle, key, { pruned: "true" }, Math.max(age, 1)), true, key);
    }
    assert.ok(keep.size < made.length);
    const archive = "state/archives/2026-11-27T00-00-00Z/state.tar.gz";
    assert.equal(expires(lifecycle, archive, {}, 89), false);
    assert.equal(expires(lifecycle, archive, {}, 90), true);
  });
});

/** moto only stores a lifecycle, so the plan's own rules are judged here, as S3 describes them. */
function expires(
  rules: LifecycleRule[],
  key: string,
  tags: Record<string, string>,
  age: number,
): boolean {
  return rules.some(({ filter, expiration }) => {
    if (!expiration || age < expiration.days) return false;
    const { prefix, tags: wanted } = filter.and ?? { prefix: filter.prefix ?? "", tags: {} };
    return (
      key.startsWith(prefix) &&
      Object.entries(wanted).every(([name, value]) => tags[name] === value)
    );
  });
}
