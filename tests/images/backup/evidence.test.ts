import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { judgeManifest, judgeVerification } from "../../../images/backup/evidence";
import {
  manifestKey,
  payloadTypes,
  type Backup,
  type Manifest,
  type Verification,
} from "../../../images/backup/manifest";
import { exampleManifest, exampleVerification } from "./support/example-backup";
import { signed, trusted } from "./support/signed-evidence";

const at = new Date("2026-11-23T02:00:00.250Z");
const now = at.getTime() + 3600_000;

describe("evidence counts by its signature, its stack and its place", () => {
  const manifest = exampleManifest(at);
  const judged = (payload: object, key = manifestKey(manifest)) =>
    judgeManifest(signed("manifest", JSON.stringify(payload)), key, trusted, now);

  it("a manifest of ours, with the digest of the bytes that were signed", () => {
    const { manifest: found, manifestSha256 } = judged(manifest);
    assert.deepEqual(found, manifest);
    const digest = createHash("sha256").update(JSON.stringify(manifest)).digest("hex");
    assert.equal(manifestSha256, digest);
  });

  const refusals: [string, Partial<Manifest>, RegExp][] = [
    ["of another stack", { stack: "mini-xdr-staging" }, /of the stack mini-xdr-staging, not of/],
    ["of another id", { id: "2026-11-23T02-00-00Z-ffffff" }, /it was moved or copied here/],
    ["of another tier", { tier: "weekly" }, /it was moved or copied here/],
    [
      "about another backup's dump",
      { dump: { ...manifest.dump, key: "daily/2026-11-22T02-00-00Z-00000a/database.dump" } },
      /in another backup's folder/,
    ],
    [
      "that leaves its folder",
      { dump: { ...manifest.dump, key: `${manifest.tier}/${manifest.id}/../x` } },
      /in another/,
    ],
    [
      "of another time than its name's",
      { snapshotAt: "2026-11-24T02:00:00.000Z" },
      /its name is not of/,
    ],
    ["of version 1", { version: 1 as never }, /version: /],
    [
      "without a version of its dump",
      { dump: { ...manifest.dump, versionId: "" } },
      /dump\.versionId/,
    ],
    ["with a size that is none", { dump: { ...manifest.dump, bytes: -1 } }, /dump\.bytes/],
    ["with facts that are none", { facts: { rows: { a: "many" } } as never }, /facts\.rows\.a/],
  ];
  for (const [what, change, says] of refusals)
    it(`no manifest ${what}`, () => {
      assert.throws(() => judged({ ...manifest, ...change }), { name: "Untrusted", message: says });
    });

  it("no manifest of the future, by which nothing would ever be newer", () => {
    const later = exampleManifest(new Date(now + 3600_000));
    assert.throws(() => judged(later, manifestKey(later)), /it is of the future/);
  });

  it("no manifest that the verifier has signed, nor a verification as a manifest", () => {
    const text = signed("verification", JSON.stringify(manifest), payloadTypes.manifest as never);
    const key = manifestKey(manifest);
    assert.throws(() => judgeManifest(text, key, trusted, now), /no signature in it is by the key/);
  });

  const backup: Backup = judged(manifest);
  const verification = exampleVerification(backup, new Date(now - 60_000));
  const verified = (payload: object) =>
    judgeVerification(signed("verification", JSON.stringify(payload)), backup, trusted, now);

  it("a verification of this very manifest", () => {
    assert.deepEqual(verified(verification), verification);
  });

  const doubts: [string, Partial<Verification>, RegExp][] = [
    ["of another stack", { stack: "mini-xdr-staging" }, /of the stack mini-xdr-staging/],
    ["of another backup", { id: "2026-11-22T02-00-00Z-00000a" }, /it is of another manifest/],
    [
      "of another manifest of the same name",
      { manifestSha256: "1".repeat(64) },
      /it is of another manifest/,
    ],
    [
      "of the future, which would be recent for ever",
      { at: "2030-01-01T00:00:00.000Z" },
      /of the future/,
    ],
    ["from before the backup", { at: "2026-11-22T00:00:00.000Z" }, /older than the backup/],
    ["without a clear word", { holds: "yes" as never }, /holds/],
  ];
  for (const [what, change, says] of doubts)
    it(`no verification ${what}`, () => {
      assert.throws(() => verified({ ...verification, ...change }), {
        name: "Untrusted",
        message: says,
      });
    });

  it("no verification that the dump has signed", () => {
    const text = signed(
      "manifest",
      JSON.stringify(verification),
      payloadTypes.verification as never,
    );
    assert.throws(() => judgeVerification(text, backup, trusted, now), /no signature in it/);
  });
});
