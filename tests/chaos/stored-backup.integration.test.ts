import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { PutObjectCommand } from "@aws-sdk/client-s3";
import { storedBackup } from "../../chaos/stored-backup";
import { Moto, vaultOf } from "../../rehearsal/aws/moto";
import { needTools } from "../support/need-tools";
import { plannedStack } from "../support/planned";

const stack = "mini-xdr-prod";
const folder = "daily/one/";
const dump = "PGDMP and what follows";
const roles = "CREATE ROLE someone;";

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
  const file = (key: string, content: string) => ({
    key: `${folder}${key}`,
    bytes: content.length,
    sha256: createHash("sha256").update(content).digest("hex"),
  });
  const whole = async () => {
    const manifest = {
      ...{ id: "one", tier: "daily", stack, snapshotAt: "2026-11-26T02:00:00.000Z" },
      dump: file("database.dump", dump),
      roles: file("roles.sql", roles),
      facts: { rows: { "minixdr.events": 5 }, rights: [], canary: { id: "1", writtenAt: "" } },
    };
    await put("database.dump", dump);
    await put("roles.sql", roles);
    await put("verified.json", JSON.stringify({ holds: true }));
    await put("manifest.json", JSON.stringify(manifest));
  };
  const problems = async () => (await storedBackup(storage, "one", stack)).problems;

  it("is whole when nothing is wrong with it", async () => {
    await whole();
    const found = await storedBackup(storage, "one", stack);
    assert.deepEqual([found.problems, found.plain, found.keys.length], [[], [], 4]);
  });

  it("is none without a manifest", async () => {
    await put("database.dump", dump);
    await assert.rejects(storedBackup(storage, "one", stack), /no backup one but daily/);
  });

  it("is not known to restore when its verification failed", async () => {
    await whole();
    await put("verified.json", JSON.stringify({ holds: false }));
    assert.deepEqual(await problems(), ["it is not marked as verified"]);
  });

  it("is wrong when it is another stack's, or another dump than the manifest's", async () => {
    await whole();
    await put("database.dump", "something else");
    const found = (await storedBackup(storage, "one", "mini-xdr-staging")).problems.join("\n");
    for (const problem of [/stack mini-xdr-prod/, /not one of pg_dump/, /database.dump.*SHA-256/])
      assert.match(found, problem);
  });

  it("names what another key encrypts", async () => {
    await whole();
    await put("roles.sql", roles, "arn:aws:kms:eu-central-1:123456789012:key/other");
    assert.deepEqual((await storedBackup(storage, "one", stack)).plain, [`${folder}roles.sql`]);
  });
});
