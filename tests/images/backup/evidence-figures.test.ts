import assert from "node:assert/strict";
import fc from "fast-check";
import { evidenceFigures } from "../../../images/backup/evidence-figures";
import type { Backup } from "../../../images/backup/manifest";
import { keptOf } from "../../../images/backup/prune";
import { kept } from "../../../images/backup/retention";
import {
  exampleBackup,
  exampleVerification,
  idsOf,
  inventoryOf,
  objectsOf,
} from "./support/example-backup";
import { anyYear, day, live, start } from "./support/year";

/** Figures by name and tier. */
function figuresOf(inventory: ReturnType<typeof inventoryOf>, tagged: string[] = []) {
  const figures = evidenceFigures(inventory, new Set(tagged), Date.UTC(2027, 2, 1));
  return Object.fromEntries(
    figures.map(({ name, labels, value }) => [
      [name.replace("minixdr_backup_", ""), labels?.tier].filter(Boolean).join(" "),
      value,
    ]),
  );
}

/** Backups of 60 days, one a day, each verified, as prune has left them. */
function sixtyDays(): Backup[] {
  const perfect = { dumps: [0], lacking: false, verification: true, prunes: true };
  return live(
    Array.from({ length: 60 }, () => perfect),
    () => {},
  );
}

describe("figures of the backups", function () {
  this.timeout(120_000);

  it("after any year of honest prunes nothing has vanished and nothing is tagged out of turn", () => {
    fc.assert(
      fc.property(anyYear, (year) => {
        const there = live(year, () => {});
        const tagged = idsOf(there).filter((id) => !keptOf(there, new Set()).has(id));
        const { vanished, tagged_out_of_turn: outOfTurn } = figuresOf(inventoryOf(there), tagged);
        assert.deepEqual([vanished, outOfTurn], [0, 0]);
      }),
      { numRuns: 20 },
    );
  });

  it("while none is bad and none lacks anything, what is promised can be restored", () => {
    const whole = anyYear.map((year) =>
      year.map((one) => ({
        ...one,
        lacking: false,
        verification: one.verification === undefined ? undefined : true,
      })),
    );
    fc.assert(
      fc.property(whole, (year) => {
        const figures = figuresOf(inventoryOf(live(year, () => {})));
        for (const tier of ["daily", "weekly", "monthly"])
          assert.equal(figures[`restorable ${tier}`], figures[`promised ${tier}`], tier);
        assert.equal(figures.below_promise, 0);
      }),
      { numRuns: 8 },
    );
  });

  it("any promised backup but the newest that is deleted, whole or its dump alone, has vanished", () => {
    const there = sixtyDays();
    for (const gone of there.slice(0, -1)) {
      assert.ok(kept(idsOf(there)).has(gone.manifest.id));
      const rest = there.filter((one) => one !== gone);
      assert.equal(figuresOf(inventoryOf(rest)).vanished, 1, gone.manifest.id);
      const { objects } = inventoryOf(there);
      const withoutDump = objects.filter(({ key }) => key !== gone.manifest.dump.key);
      assert.equal(figuresOf({ ...inventoryOf(there), objects: withoutDump }).vanished, 1);
    }
  });

  it("any promised backup with the tag is seen, and its period is no longer covered", () => {
    const there = sixtyDays();
    for (const { manifest } of there) {
      const figures = figuresOf(inventoryOf(there), [manifest.id]);
      assert.equal(figures.tagged_out_of_turn, 1, manifest.id);
    }
    const all = figuresOf(inventoryOf(there), idsOf(there));
    assert.equal(all["restorable daily"], 0);
    assert.equal(all.below_promise, 7 + 4 + 3);
  });

  it("everything but the newest deleted: the promise is as large as it was, and nothing of it left", () => {
    const there = sixtyDays();
    const figures = figuresOf(inventoryOf(there.slice(-1)));
    assert.equal(figures["promised daily"], 7);
    assert.equal(figures["promised weekly"], 4);
    assert.equal(figures["restorable weekly"], 1);
    assert.ok(figures.vanished! >= there.length - 2);
  });

  it("the first days promise no more than there can be", () => {
    const first = exampleBackup(new Date(start));
    const second = exampleBackup(new Date(start + day), idsOf([first]));
    const figures = figuresOf(inventoryOf([first, second]));
    assert.deepEqual(
      [figures["promised daily"], figures["restorable daily"], figures["promised monthly"]],
      [2, 2, 1],
    );
  });

  it("one that lacks a table is neither restorable nor the newest, and is counted by itself", () => {
    const whole = exampleBackup(new Date(start));
    const lacking = exampleBackup(new Date(start + day), idsOf([whole]), {
      lacking: ["minixdr.events", "minixdr.more"],
      largeObjects: 3,
    });
    const figures = figuresOf(inventoryOf([whole, lacking]));
    assert.equal(figures["restorable daily"], 1);
    assert.equal(figures.below_promise, 1);
    assert.equal(figures.lacking_tables, 2);
    assert.equal(figures.large_objects, 3);
    assert.equal(figures.newest_age_seconds, (Date.UTC(2027, 2, 1) - start) / 1000);
  });

  it("settings that differ are counted, and cost nothing else", () => {
    const one = exampleBackup(new Date(start));
    const verification = {
      ...exampleVerification(one, new Date(start + day)),
      settingsDifferences: ["role minixdr_app sets search_path to minixdr: not restored"],
    };
    const figures = figuresOf(inventoryOf([{ ...one, verification }]));
    assert.equal(figures.settings_differ, 1);
    assert.equal(figures["restorable daily"], 1);
    assert.ok(figures.verified_age_seconds! > 0);
  });

  it("refusals are counted, and an empty vault has no age to be young by", () => {
    const refused = [
      { key: "daily/x/manifest.json", kind: "untrusted" as const, reason: "forged" },
    ];
    const one = exampleBackup(new Date(start));
    assert.equal(figuresOf({ backups: [one], refused, objects: objectsOf(one) }).refused, 1);
    const empty = figuresOf(inventoryOf([]));
    assert.equal(empty.newest_age_seconds, undefined);
    assert.equal(empty.count, 0);
  });
});
