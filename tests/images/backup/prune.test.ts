import assert from "node:assert/strict";
import type { Refusal } from "../../../images/backup/manifest";
import { folderOf } from "../../../images/backup/manifest";
import { keptOf, pruneBlocker, superfluous } from "../../../images/backup/prune";
import { exampleBackup, exampleVerification, inventoryOf } from "./support/example-backup";
import { day, start } from "./support/year";

const at = (days: number, hours = 0) => new Date(start + days * day + hours * 3600_000);

/** A dump every four hours of three days; the last of the second day is verified. */
function threeDays() {
  const backups = [0, 1, 2].flatMap((days) =>
    [0, 4, 8].map((hours) => exampleBackup(at(days, hours))),
  );
  backups[5]!.verification = exampleVerification(backups[5]!, at(2));
  return backups;
}

const none = new Set<string>();

describe("prune, by signed evidence", () => {
  it("tags what is neither a day's first nor newer than the newest verified", () => {
    const backups = threeDays();
    const folders = [...superfluous(inventoryOf(backups), none, at(3)).keys()];
    const pruned = [1, 2, 4].map((index) => folderOf(backups[index]!.manifest));
    assert.deepEqual(folders.sort(), pruned.sort());
  });

  it("refuses without a verification, with an old one, and with one whose backup is tagged", () => {
    const backups = threeDays();
    const blocked = (now: Date, tagged = none) =>
      pruneBlocker({ backups, refused: [] }, tagged, now);
    assert.equal(blocked(at(3)), undefined);
    assert.equal(blocked(at(10)), undefined, "eight days");
    assert.match(blocked(at(10, 1))!, /no signed verification of the last 8 days/);
    assert.match(blocked(at(3), new Set([backups[5]!.manifest.id]))!, /no signed verification/);
    const unverified = backups.map((one) => ({ ...one, verification: undefined }));
    assert.match(pruneBlocker({ backups: unverified, refused: [] }, none, at(3))!, /no signed/);
    assert.match(pruneBlocker({ backups: [], refused: [] }, none, at(3))!, /no backup that counts/);
  });

  it("refuses by a verified backup that lacks a table: it is not known to restore", () => {
    const one = exampleBackup(at(0), [], { lacking: ["minixdr.events"] });
    one.verification = exampleVerification(one, at(1));
    assert.match(pruneBlocker({ backups: [one], refused: [] }, none, at(1))!, /no signed/);
  });

  it("refuses when more manifests are untrusted than count, as after a key was replaced", () => {
    const backups = threeDays();
    const refused = (kind: Refusal["kind"], count: number) =>
      Array.from({ length: count }, (_, index) => ({
        key: `daily/${index}/manifest.json`,
        kind,
        reason: "no signature in it is by the key that has to sign",
      }));
    const blocker = (of: Refusal[]) => pruneBlocker({ backups, refused: of }, none, at(3));
    assert.equal(blocker(refused("untrusted", 9)), undefined);
    assert.match(blocker(refused("untrusted", 10))!, /10 manifests do not count, and only 9 do/);
    // Version 1 was never signed, and there may be many of it.
    assert.equal(blocker(refused("unsigned", 50)), undefined);
  });

  it("leaves what is refused or unfinished for a day, and what S3 does not give for good", () => {
    const backups = threeDays();
    const folder = "daily/2025-12-31T02-00-00Z-bbbbbb/";
    const stray = (hours: number) => ({
      key: `${folder}database.dump`,
      modified: at(3, -hours).getTime(),
      bytes: 1,
      etag: "x",
    });
    const tags = (hours: number, refused: Refusal[] = []) => {
      const inventory = inventoryOf(backups);
      const objects = [...inventory.objects, stray(hours)];
      return superfluous({ ...inventory, refused, objects }, none, at(3)).has(folder);
    };
    const refusal = (kind: Refusal["kind"]) => [
      { key: `${folder}manifest.json`, kind, reason: "" },
    ];
    assert.equal(tags(23), false);
    assert.equal(tags(25), true);
    assert.equal(tags(23, refusal("untrusted")), false);
    assert.equal(tags(25, refusal("untrusted")), true);
    assert.equal(tags(25, refusal("unsigned")), true);
    assert.equal(tags(2500, refusal("unreadable")), false);
  });

  it("does not end what an attacker has begun: a promised backup with the tag loses nothing more", () => {
    const backups = threeDays();
    const first = backups[0]!.manifest;
    const tagged = new Set([first.id]);
    assert.ok(keptOf(backups, tagged).has(first.id));
    // And what can stand in for it stays.
    assert.ok(keptOf(backups, tagged).has(backups[1]!.manifest.id));
    assert.ok(!superfluous(inventoryOf(backups), tagged, at(3)).has(folderOf(first)));
  });

  it("a bad first of a day takes no good one's place, and stays for who has to explain it", () => {
    const backups = threeDays();
    backups[0]!.verification = exampleVerification(backups[0]!, at(1), false);
    const keep = keptOf(backups, none);
    assert.ok(keep.has(backups[0]!.manifest.id) && keep.has(backups[1]!.manifest.id));
    assert.ok(!keep.has(backups[2]!.manifest.id));
  });
});
