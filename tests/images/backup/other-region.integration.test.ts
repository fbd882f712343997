import assert from "node:assert/strict";
import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand } from "@aws-sdk/client-s3";
import { Moto, vaultOf } from "../../../rehearsal/aws/moto";
import { needTools } from "../../support/need-tools";
import { planned, plannedStack } from "../../support/planned";
import { secondStack } from "../../support/second-stack";
import { removeFolders } from "./support/folder";
import { LiveDatabase } from "./support/live-database";
import { runJob, type Ended } from "./support/job";

/**
 * Step 5 of docs/runbooks/region-loss.md with a real PostgreSQL. moto stands in for S3, and copying
 * object by object for `aws s3 sync`; the replica is the lost stack's vault itself.
 */
describe("a dump of a lost Region, restored in another stack", function () {
  this.timeout(120_000);
  let replica: Moto, vault: Moto;
  let lost: LiveDatabase, live: LiveDatabase;
  let copied: string;

  before(async function () {
    await needTools(this, ["postgres", "moto_server"]);
    replica = await Moto.start(vaultOf(await plannedStack("prod")));
    vault = await Moto.start(vaultOf(await planned(secondStack("prod"))));
    lost = await LiveDatabase.start();
    live = await LiveDatabase.start();
    await lost.as(
      "minixdr_migrations",
      `SET search_path = minixdr;
       CREATE TABLE events (id bigserial PRIMARY KEY, body text);
       INSERT INTO events (body) SELECT md5(i::text) FROM generate_series(1, 5000) i`,
    );
    for (const role of ["migrations", "app", "read_only", "backup", "exporter"])
      await live.query(`ALTER ROLE minixdr_${role} PASSWORD 'another-${role}'`);
    const dumped = await runJob(["dump"], {
      ...replica.environment(),
      ...lost.environment("backup"),
    });
    succeeded(dumped);
    copied = String(said(dumped, "dumping").id);
    await sync(replica, vault, copied);
  });

  after(async () => {
    await Promise.all([replica?.stop(), vault?.stop(), lost?.stop(), live?.stop()]);
    await removeFolders();
  });

  const asMaster = (...args: string[]) =>
    runJob(args, { ...vault.environment(), ...live.environment("master") });

  it("--newest is a dump of the empty database, half an hour later", async () => {
    const own = await runJob(["dump"], { ...vault.environment(), ...live.environment("backup") });
    succeeded(own);
    const ended = await asMaster("restore", "--database", "minixdr_newest", "--newest");
    succeeded(ended);
    assert.equal(said(ended, "restored").id, said(own, "dumping").id);
  });

  it("by its name it is the lost data, compared with its manifest, under the new key", async () => {
    const ended = await asMaster("restore", "--database", "minixdr_restored", "--backup", copied);
    succeeded(ended);
    const [row] = await live.query<{ n: string }>(
      "SELECT count(*) AS n FROM minixdr.events",
      "minixdr_restored",
    );
    assert.equal(Number(row!.n), 5000);
    await live.as(
      "minixdr_app",
      "INSERT INTO minixdr.events (body) VALUES ('x')",
      "minixdr_restored",
    );
  });

  it("leaves the roles their new passwords", async () => {
    const before = await passwords(lost);
    const after = await passwords(live);
    await asMaster("restore", "--database", "minixdr_again", "--backup", copied);
    assert.deepEqual(await passwords(live), after);
    assert.ok(after.length >= 5);
    for (const password of after) assert.ok(!before.includes(password));
  });
});

/** What the catalogue keeps of each role's password. */
async function passwords(database: LiveDatabase): Promise<string[]> {
  const rows = await database.query<{ kept: string }>(
    "SELECT rolpassword AS kept FROM pg_authid WHERE rolname LIKE 'minixdr%' AND rolpassword IS NOT NULL ORDER BY rolname",
  );
  return rows.map(({ kept }) => kept);
}

async function sync(from: Moto, to: Moto, id: string): Promise<void> {
  const { Contents = [] } = await from.s3.send(new ListObjectsV2Command({ Bucket: from.bucket }));
  const keys = Contents.map(({ Key }) => Key!).filter((key) => key.includes(`/${id}/`));
  assert.ok(keys.length > 1);
  for (const Key of keys) {
    const { Body } = await from.s3.send(new GetObjectCommand({ Bucket: from.bucket, Key }));
    await to.s3.send(
      new PutObjectCommand({
        Bucket: to.bucket,
        Key,
        Body: await Body!.transformToByteArray(),
        ServerSideEncryption: "aws:kms",
        SSEKMSKeyId: to.kmsKey,
      }),
    );
  }
}

function said({ lines }: Ended, message: string) {
  return lines.find((line) => line.message === message)!;
}

function succeeded({ code, error }: Ended): void {
  assert.equal(code, 0, error);
}
