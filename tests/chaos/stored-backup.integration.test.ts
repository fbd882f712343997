import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { PutObjectCommand } from "@aws-sdk/client-s3";
import { storedBackup } from "../../chaos/stored-backup";
import { folderOf, type Backup } from "../../images/backup/manifest";
import { Moto, vaultOf } from "../../rehearsal/aws/moto";
import { exampleManifest, exampleVerification } from "../images/backup/support/example-backup";
import { signed, trusted } from "../images/backup/support/signed-evidence";
import { needTools } from "../support/need-tools";
import { plannedStack } from "../support/planned";

const dump = "PGDMP and what follows";
const at = new Date("2026-11-26T02:00:00Z");
const { id, ...made } = exampleManifest(at);
const folder = folderOf({ ...made, id });
const manifest = {
  ...{ ...made, id },
  dump: { ...made.dump, bytes: dump.length, sha256: sha256Of(dump) },
  facts: {
    ...made.facts,
    rows: { "minixdr.events": 5 },
    canary: { id: "1", writtenAt: at.toISOString() },
  },
};

describe("a backup in a bucket", function () {
  this.timeout(60_000);
  let storage: Moto;

  before(async function () {
    await needTools(this, ["moto_server"]);
  });

  // A bucket whose objects are locked is not emptied: each test has its own.
  beforeEach(async () => {
    storage = await Moto.start(vaultOf(await plannedStack("prod")));
  });

  afterEach(() => storage?.stop());

  const put = (key: string, Body: string, SSEKMSKeyId = storage.kmsKey) => {
    const encryption = { ServerSideEncryption: "aws:kms" as const, SSEKMSKeyId };
    const Key = `${folder}${key}`;
    return storage.s3.send(
      new PutObjectCommand({ Bucket: storage.bucket, Key, Body, ...encryption }),
    );
  };
  const whole = async ({ holds = true, stack = trusted.stack } = {}) => {
    const text = JSON.stringify({ ...manifest, stack });
    const backup: Backup = { manifest: { ...manifest, stack }, manifestSha256: sha256Of(text) };
    await put("database.dump", dump);
    await put(
      "verified.json",
      signed("verification", JSON.stringify(exampleVerification(backup, new Date(), holds))),
    );
    await put("manifest.json", signed("manifest", text));
  };
  const problems = async () => (await storedBackup(storage, id, trusted)).problems;

  it("is whole when nothing is wrong with it", async () => {
    await whole();
    const found = await storedBackup(storage, id, trusted);
    assert.deepEqual([found.problems, found.plain, found.keys.length], [[], [], 3]);
  });

  it("is none without a manifest", async () => {
    await put("database.dump", dump);
    await assert.rejects(storedBackup(storage, id, trusted), /no backup .* but monthly/);
  });

  it("is none when its manifest is another stack's, or nobody's", async () => {
    await whole({ stack: "mini-xdr-staging" });
    await assert.rejects(storedBackup(storage, id, trusted), /it is of the stack mini-xdr-staging/);
    await put("manifest.json", JSON.stringify(manifest));
    await assert.rejects(storedBackup(storage, id, trusted), /it is no signed envelope/);
  });

  it("is not known to restore when its verification failed", async () => {
    await whole({ holds: false });
    assert.deepEqual(await problems(), ["it is not known to restore"]);
  });

  it("is wrong when the dump is another than the manifest's", async () => {
    await whole();
    await put("database.dump", "something else");
    const found = (await problems()).join("\n");
    for (const problem of [/not one of pg_dump/, /database.dump.*SHA-256/])
      assert.match(found, problem);
  });

  it("names what another key encrypts", async () => {
    await whole();
    await put("database.dump", dump, "arn:aws:kms:eu-central-1:123456789012:key/other");
    const { plain } = await storedBackup(storage, id, trusted);
    assert.deepEqual(plain, [`${folder}database.dump`]);
  });
});

function sha256Of(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
