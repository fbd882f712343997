import assert from "node:assert/strict";
import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand } from "@aws-sdk/client-s3";
import { Moto, vaultOf } from "../../../rehearsal/aws/moto";
import { SigningKeys } from "../../../rehearsal/aws/signing-keys";
import { needTools } from "../../support/need-tools";
import { planned, plannedStack } from "../../support/planned";
import { secondStack } from "../../support/second-stack";
import { removeFolders } from "./support/folder";
import { LiveDatabase } from "./support/live-database";
import { runJob, type Ended } from "./support/job";

/**
 * Step 5 of docs/runbooks/region-loss.md with a real PostgreSQL. moto stands in for S3; the replica is
 * the lost stack's vault itself, as replication keeps versions and their names.
 */
describe("a dump of a lost Region, restored in another stack", function () {
  this.timeout(120_000);
  let replica: Moto, vault: Moto;
  let lostKeys: SigningKeys, keys: SigningKeys;
  let lost: LiveDatabase, live: LiveDatabase;
  let copied: string;

  before(async function () {
    await needTools(this, ["postgres", "moto_server"]);
    replica = await Moto.start(vaultOf(await plannedStack("prod")));
    vault = await Moto.start(vaultOf(await planned(secondStack("prod"))));
    lostKeys = await SigningKeys.start();
    keys = await SigningKeys.start({ manifests: ownKey("1"), verifications: ownKey("2") });
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
      ...lostKeys.environment,
      ...lost.environment("backup"),
    });
    succeeded(dumped);
    copied = String(said(dumped, "dumping").id);
  });

  after(async () => {
    await Promise.all([replica, vault, lostKeys, keys, lost, live].map((one) => one?.stop()));
    await removeFolders();
  });

  const own = () => ({
    ...vault.environment(),
    ...keys.environment,
    STACK_NAME: "mini-xdr-prod-2",
  });
  const restore = (env: NodeJS.ProcessEnv, ...args: string[]) =>
    runJob(["restore", ...args], { ...own(), ...env, ...live.environment("restore") });
  /** What the chart tells of the lost stack; each of the two motos has one bucket. */
  const ofLost = () => ({
    LOST_STACK_NAME: "mini-xdr-prod",
    LOST_BUCKET: replica.bucket,
    LOST_MANIFEST_KEY: lostKeys.arn("manifests"),
    LOST_VERIFICATION_KEY: lostKeys.arn("verifications"),
    AWS_ENDPOINT_URL_S3: replica.endpoint,
    AWS_ENDPOINT_URL_KMS: lostKeys.environment.AWS_ENDPOINT_URL_KMS,
  });
  const restoreLost = (database: string) =>
    restore(ofLost(), "--database", database, "--lost", "--backup", copied);

  it("--newest is a dump of the empty database, half an hour later", async () => {
    const dumped = await runJob(["dump"], { ...own(), ...live.environment("backup") });
    succeeded(dumped);
    const ended = await restore({}, "--database", "minixdr_newest", "--newest");
    succeeded(ended);
    assert.equal(said(ended, "restored").id, said(dumped, "dumping").id);
  });

  it("by its name in the replica it is the lost data, compared with its manifest", async () => {
    succeeded(await restoreLost("minixdr_restored"));
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

  it("is no backup of the new stack's, even if it is copied into its vault", async () => {
    await sync(replica, vault, copied);
    const ended = await restore({}, "--database", "x", "--backup", copied);
    assert.equal(ended.code, 2);
    assert.match(ended.error, /the vault has no signed one of that name/);
    const list = await runJob(["list"], own());
    const [refused] = list.lines.filter(({ message }) => message === "does not count");
    assert.match(String(refused!.reason), /no signature in it is by the key that has to sign/);
  });

  it("from a copy whose versions have other names it is restored too: the signed SHA-256 decides", async () => {
    const there = { ...ofLost(), LOST_BUCKET: vault.bucket, AWS_ENDPOINT_URL_S3: vault.endpoint };
    succeeded(await restore(there, "--database", "minixdr_copied", "--lost", "--backup", copied));
  });

  it("--lost without a lost stack says what to do", async () => {
    const ended = await restore({}, "--database", "x", "--lost", "--newest");
    assert.equal(ended.code, 2);
    assert.match(ended.error, /--lost: this stack takes no other's place/);
  });

  it("leaves the roles their new passwords", async () => {
    const before = await passwords(lost);
    const after = await passwords(live);
    succeeded(await restoreLost("minixdr_again"));
    assert.deepEqual(await passwords(live), after);
    assert.ok(after.length >= 5);
    for (const password of after) assert.ok(!before.includes(password));
  });
});

function ownKey(end: string): string {
  return `arn:aws:kms:eu-west-1:111122223333:key/00000000-0000-0000-0000-0000000e000${end}`;
}

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
