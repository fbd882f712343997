import assert from "node:assert/strict";
import fc from "fast-check";
import type { Backup } from "../../../images/backup/manifest";
import { folderOf } from "../../../images/backup/manifest";
import { kept, periodOf, promised, pruneBlocker, tierOf } from "../../../images/backup/retention";
import type { LifecycleRule } from "../../../rehearsal/aws/moto";
import { plannedVault } from "./support/planned-vault";

const hour = 3600 * 1000;
const day = 24 * hour;
const start = Date.UTC(2026, 0, 1, 2);

/** What happens on one day of the year. */
interface Day {
  /** Dumps that succeed, at this hour each. */
  dumps: number[];
  /** How the day's verification of the newest ends; undefined: there is none. */
  verification?: boolean;
  prunes: boolean;
}

const anyDay: fc.Arbitrary<Day> = fc.record({
  dumps: fc
    .uniqueArray(fc.integer({ min: 0, max: 20 }), { maxLength: 3 })
    .map((hours) => hours.sort((a, b) => a - b)),
  verification: fc.oneof(
    { weight: 6, arbitrary: fc.constant(true) },
    { weight: 1, arbitrary: fc.constant(false) },
    { weight: 3, arbitrary: fc.constant(undefined) },
  ),
  prunes: fc.boolean(),
});
const anyYear = fc.array(anyDay, { minLength: 370, maxLength: 400 });

/** Plays a year; `look` sees what is there before and after every prune. */
function live(year: Day[], look: (before: Backup[], after: Backup[]) => void): Backup[] {
  let there: Backup[] = [];
  year.forEach(({ dumps, verification, prunes }, index) => {
    for (const at of dumps) there.push(backup(new Date(start + index * day + at * hour), there));
    const newest = there.at(-1);
    if (newest && verification !== undefined) newest.verification ??= outcome(verification);
    if (!prunes || pruneBlocker(there)) return;
    const keep = kept(there);
    const after = there.filter((one) => keep.has(one));
    look(there, after);
    there = after;
  });
  return there;
}

/** Said in another way than the program does: period by period, by hand. */
function promise(all: Backup[]): Set<string> {
  const good = all.filter(({ verification }) => verification?.holds !== false);
  const ids = new Set<string>();
  if (good.length > 0) ids.add(good.at(-1)!.manifest.id);
  for (const tier of ["daily", "weekly", "monthly"] as const) {
    const seen: string[] = [];
    for (const { manifest } of [...good].reverse()) {
      const period = periodOf(tier, new Date(manifest.snapshotAt));
      if (!seen.includes(period)) seen.push(period);
    }
    for (const period of seen.slice(0, promised[tier]))
      ids.add(
        good.find(({ manifest }) => periodOf(tier, new Date(manifest.snapshotAt)) === period)!
          .manifest.id,
      );
  }
  return ids;
}

describe("retention over a year, for any order of successes and failures", function () {
  this.timeout(120_000);

  it("exactly the promised set remains after every prune", () => {
    fc.assert(
      fc.property(anyYear, (year) => {
        live(year, (before, after) => assert.deepEqual(idsOf(after), promise(before)));
      }),
      { numRuns: 30 },
    );
  });

  it("no prune, however early, takes what would be promised later had nobody pruned", () => {
    // Verification may find a kept backup bad only while it is the newest, so without that the two agree.
    const withoutBad = anyYear.map((year) =>
      year.map((one) => ({
        ...one,
        verification: one.verification === undefined ? undefined : true,
      })),
    );
    fc.assert(
      fc.property(withoutBad, (year) => {
        const pruned = live([...year, { dumps: [], verification: true, prunes: true }], () => {});
        const all = live(
          year.map((one) => ({ ...one, prunes: false })),
          () => {},
        );
        assert.deepEqual(idsOf(pruned), promise(all));
      }),
      { numRuns: 8 },
    );
  });

  it("nothing ever goes while the newest is not verified, and never the newest verified", () => {
    fc.assert(
      fc.property(anyYear, (year) => {
        live(year, (before, after) => {
          assert.equal(before.at(-1)!.verification?.holds, true);
          const verified = before.filter(({ verification }) => verification?.holds);
          assert.ok(after.includes(verified.at(-1)!));
        });
      }),
      { numRuns: 30 },
    );
  });

  it("after a year without a failure: 7 days, 4 weeks and 6 months, each its first", () => {
    const year = Array.from({ length: 365 }, () => ({
      dumps: [0],
      verification: true,
      prunes: true,
    }));
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
    const made: Backup[] = [];
    for (const at of [
      "2026-11-30T02:00Z",
      "2026-12-01T02:00Z",
      "2026-12-02T02:00Z",
      "2026-12-07T02:00Z",
    ])
      made.push(backup(new Date(at), made));
    assert.deepEqual(
      made.map(({ manifest }) => manifest.tier),
      ["monthly", "monthly", "daily", "weekly"],
    );
  });

  it("the plan's lifecycle deletes what prune has tagged, a day later, and nothing else of a backup", async () => {
    const { lifecycle } = await plannedVault();
    const made: Backup[] = [];
    for (let index = 0; index < 200; index++)
      made.push(backup(new Date(start + index * day), made));
    const keep = kept(made);
    for (const one of made) {
      const key = `${folderOf(one.manifest)}database.dump`;
      const age = (start + 200 * day - Date.parse(one.manifest.snapshotAt)) / day;
      assert.equal(expires(lifecycle, key, {}, age), false, key);
      assert.equal(expires(lifecycle, key, { pruned: "true" }, Math.max(age, 1)), true, key);
    }
    assert.ok(keep.size < made.length);
    assert.equal(expires(lifecycle, "state/x/state.tar.gz", {}, 89), false);
    assert.equal(expires(lifecycle, "state/x/state.tar.gz", {}, 90), true);
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

function outcome(holds: boolean) {
  return { at: "", holds, differences: [], seconds: 0 };
}

/** A stand-in for a backup: what retention looks at. */
function backup(at: Date, others: Backup[]): Backup {
  const id = at.toISOString();
  return { manifest: { id, tier: tierOf(at, others), snapshotAt: id } as Backup["manifest"] };
}

function idsOf(backups: Backup[]): Set<string> {
  return new Set(backups.map(({ manifest }) => manifest.id));
}
