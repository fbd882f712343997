import assert from "node:assert/strict";
import { chmod, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import {
  GetObjectCommand,
  GetObjectTaggingCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  PutObjectCommand,
} from "@aws-sdk/client-s3";
import { Evidence } from "../../../images/backup/evidence";
import type { Backup, Verification } from "../../../images/backup/manifest";
import { Vault } from "../../../images/backup/vault";
import { run } from "../../../lib/processes";
import { Moto } from "../../../rehearsal/aws/moto";
import { SigningKeys } from "../../../rehearsal/aws/signing-keys";
import { needTools } from "../../support/need-tools";
import { deny, FaultyProxy } from "./support/faulty-proxy";
import { newFolder, removeFolders } from "./support/folder";
import { runJob, startJob, type Ended } from "./support/job";
import { LiveDatabase } from "./support/live-database";
import { plannedVault } from "./support/planned-vault";
import { scratchPod, verified } from "./support/verified";

describe("faults of backups: a clear error, a metric, and no good backup lost", function () {
  this.timeout(120_000);
  let cloud: Moto;
  let keys: SigningKeys;
  let proxy: FaultyProxy;
  let live: LiveDatabase;
  /** Verified before every fault; it has to stay so. */
  let good: string;

  before(async function () {
    await needTools(this, ["postgres", "moto_server"]);
    cloud = await Moto.start(await plannedVault());
    keys = await SigningKeys.start();
    proxy = await FaultyProxy.start(cloud.endpoint);
    live = await LiveDatabase.start();
    await live.as(
      "minixdr_migrations",
      `CREATE TABLE minixdr.events AS SELECT i, md5(i::text) || md5((i + 1)::text) AS body FROM generate_series(1, 800000) i`,
    );
    good = (await dumped(runJob(["dump"], direct()))).id;
    ok(await verify());
  });

  beforeEach(() => {
    proxy.fault = () => false;
    proxy.corrupts = () => false;
    proxy.struck = 0;
  });

  /** After every fault. */
  afterEach(async function () {
    // After the last test, or before a skipped one, there is nothing to look at.
    if (!cloud || this.currentTest?.state === "pending") return;
    const { Uploads = [] } = await cloud.s3.send(
      new ListMultipartUploadsCommand({ Bucket: cloud.bucket }),
    );
    assert.deepEqual(Uploads, [], "an upload was left unfinished");
    const backup = (await all()).find(({ manifest }) => manifest.id === good)!;
    assert.equal(backup.verification?.holds, true, "the good backup is no longer verified");
    assert.equal(await isPruned(`${backup.manifest.tier}/${good}/manifest.json`), false);
    ok(await verify("--backup", good));
  });

  after(async () => {
    await Promise.all([proxy?.stop(), cloud?.stop(), keys?.stop(), live?.stop()]);
    await removeFolders();
  });

  const jobs = (s3?: string) => ({
    ...cloud.environment(s3),
    ...keys.environment,
    ...live.environment("backup"),
  });
  const direct = () => jobs();
  const faulty = () => jobs(proxy.endpoint);
  const verify = (...args: string[]) => verified(["verify", ...args], direct());

  async function fails(ended: Ended, job: string, says: RegExp, code = 1): Promise<void> {
    assert.match(ended.error, says);
    assert.equal(ended.code, code, ended.error);
    // A dump says it to CloudWatch too, as its vault may be what is out of reach.
    if (job === "dump")
      return assert.ok((await cloud.metrics()).includes("JobFailed mini-xdr-prod dump"));
    const outcome = JSON.parse(await text(`state/runs/${job}.json`)) as { holds: boolean };
    assert.equal(outcome.holds, false);
  }

  async function all(): Promise<Backup[]> {
    return withCloud(async () => {
      const [manifestKey, verificationKey] = [keys.arn("manifests"), keys.arn("verifications")];
      const source = { stack: "mini-xdr-prod", manifestKey, verificationKey };
      const vault = new Vault(cloud.bucket, cloud.kmsKey);
      return (await new Evidence(vault, source).read()).backups;
    });
  }

  async function text(Key: string): Promise<string> {
    const { Body } = await cloud.s3.send(new GetObjectCommand({ Bucket: cloud.bucket, Key }));
    return Body!.transformToString();
  }

  it("a flipped byte in a stored dump: bad by its checksum, and no longer a candidate", async () => {
    const { id, tier } = await dumped(runJob(["dump"], direct()));
    const { Body } = await cloud.s3.send(
      new GetObjectCommand({ Bucket: cloud.bucket, Key: `${tier}/${id}/database.dump` }),
    );
    const bytes = Buffer.from(await Body!.transformToByteArray());
    bytes[bytes.length >> 1]! ^= 1;
    // Injected: nobody can change a version, so S3 itself gives it out otherwise than it was stored.
    proxy.fault = ({ method, url }, response) => {
      if (method !== "GET" || !url!.includes(`${id}/database.dump`)) return false;
      response.writeHead(200, { "content-length": bytes.length });
      response.end(bytes);
      return true;
    };
    await fails(
      await verified(["verify"], faulty()),
      "verify",
      /database\.dump: SHA-256 .* dumped was/,
    );
    assert.ok(proxy.struck >= 2, "a wrong content is fetched again before it is believed");
    assert.equal((await verification(id))?.holds, false);
    const refused = await runJob(["restore", "--database", "x", "--backup", id], direct());
    assert.equal(refused.code, 2);
    assert.match(refused.error, /is known to be bad/);
  });

  it("what is put over a dump is not looked at: the version that was signed is restored", async () => {
    const { id, tier } = await dumped(runJob(["dump"], direct()));
    await cloud.s3.send(
      new PutObjectCommand({
        Bucket: cloud.bucket,
        Key: `${tier}/${id}/database.dump`,
        Body: "something else",
      }),
    );
    ok(await verify("--backup", id));
  });

  it("nothing is pruned while no signed verification is recent", async () => {
    const there = await all();
    // Injected: the vault lists no outcome.
    proxy.fault = ({ url }, response) => {
      if (!/verified\.json/.test(url!)) return false;
      response.writeHead(403, { "content-type": "application/xml" });
      response.end("<Error><Code>AccessDenied</Code><Message>not yours</Message></Error>");
      return true;
    };
    await fails(
      await runJob(["prune"], faulty()),
      "prune",
      /nothing is pruned.*no signed verification of the last 8 days/,
    );
    assert.ok(proxy.struck >= 1);
    for (const { manifest } of there)
      assert.equal(await isPruned(`${manifest.tier}/${manifest.id}/manifest.json`), false);
  });

  it("an upload whose line breaks half-way is taken back, and there is no manifest", async () => {
    // Injected: the connection of every second part is cut, retries too.
    proxy.fault = ({ method, url }, response) => {
      if (method !== "PUT" || !/partNumber=2/.test(url!)) return false;
      response.destroy();
      return true;
    };
    const before = (await all()).length;
    await fails(
      await runJob(["dump"], faulty()),
      "dump",
      /upload of .*(EPIPE|socket hang up|ECONNRESET|aborted)/i,
    );
    assert.ok(proxy.struck >= 1);
    assert.equal((await all()).length, before);
  });

  it("a download that ends early is seen by its size, and tried again it verifies", async () => {
    // Injected: S3 sends half of the dump and closes.
    proxy.fault = ({ method, url }, response) => {
      if (method !== "GET" || !/database\.dump/.test(url!)) return false;
      response.writeHead(200, { "content-type": "application/octet-stream" });
      response.end(Buffer.alloc(1000));
      return true;
    };
    const ended = await verified(["verify", "--backup", good], faulty());
    assert.ok(proxy.struck >= 1);
    assert.match(ended.error, /1000 bytes arrived, \d+ were dumped/);
    // A single answer that is short says nothing about what is stored.
    assert.equal((await verification(good))?.holds, true);
  });

  it("settings as large as a database, stored by a role that may only read: named, and left out", async () => {
    await live.as(
      "minixdr_read_only",
      `BEGIN READ WRITE;
       DO $$ BEGIN EXECUTE format('ALTER ROLE CURRENT_USER SET application_name = %L', repeat('a', 100000000)); END $$;
       COMMIT`,
    );
    // Settings that PostgreSQL does not know only a superuser may store; there are not a hundred others.
    await live.query(
      `DO $$ BEGIN FOR i IN 1..200 LOOP EXECUTE format('ALTER ROLE minixdr_app SET veto.s%s = 1', i); END LOOP; END $$`,
    );
    try {
      const ended = await runJob(["dump"], direct());
      ok(ended);
      const reasons = ended.lines
        .filter(({ message }) => message === "cannot be made again")
        .map(({ reason }) => String(reason));
      assert.ok(
        reasons.some((reason) => /"application_name" is longer than 4096 characters/.test(reason)),
      );
      assert.ok(reasons.some((reason) => /it has more than 100 settings/.test(reason)));
      ok(await verify());
    } finally {
      await live.query(
        "ALTER ROLE minixdr_read_only RESET application_name; ALTER ROLE minixdr_app RESET ALL",
      );
    }
  });

  it("a key that does not exist: refused by S3 before a byte is sent", async () => {
    // Injected: moto encrypts by keys that do not exist.
    proxy.fault = ({ method }, response) =>
      (method === "POST" || method === "PUT") && denied(response);
    const denied = (response: Parameters<typeof deny>[0]) => deny(response, "kms:GenerateDataKey");
    await fails(await runJob(["dump"], faulty()), "dump", /kms:GenerateDataKey/);
    assert.ok(proxy.struck >= 1);
  });

  it("another key than the vault's: the backup does not count", async () => {
    const other = "arn:aws:kms:eu-central-1:111122223333:key/00000000-0000-0000-0000-00000000beef";
    proxy.fault = ({ headers }) => {
      // Injected: the bucket encrypts by another key than it was asked to.
      if (headers["x-amz-server-side-encryption-aws-kms-key-id"])
        headers["x-amz-server-side-encryption-aws-kms-key-id"] = other;
      return false;
    };
    const before = (await all()).length;
    await fails(await runJob(["dump"], faulty()), "dump", /encrypted by .*beef, not by/);
    assert.equal((await all()).length, before);
  });

  it("a bit that is lost on its way: S3's checksum is not the dump's, and it does not count", async () => {
    // Injected: S3 itself would refuse the part, as its own checksum is in the request; moto takes it.
    proxy.corrupts = ({ method, url }) => method === "PUT" && /partNumber=1/.test(url!);
    const before = (await all()).length;
    await fails(await runJob(["dump"], faulty()), "dump", /S3 holds the checksum .*, sent was/);
    assert.ok(proxy.struck >= 1);
    assert.equal((await all()).length, before);
  });

  it("a denied decrypt says nothing about a backup: it stays what it was", async () => {
    const { id } = await dumped(runJob(["dump"], direct()));
    proxy.fault = ({ method, url }, response) =>
      method === "GET" && url!.includes("database.dump") && deny(response, "kms:Decrypt");
    await fails(await verified(["verify"], faulty()), "verify", /kms:Decrypt/);
    assert.ok(proxy.struck >= 1);
    assert.equal(await verification(id), undefined);
  });

  it("a full disk: said beforehand with what is missing, and the backup stays good", async function () {
    const small = await tmpfs(8);
    if (!small) {
      console.log("      SKIPPED: a small file system needs root and CAP_SYS_ADMIN");
      return this.skip();
    }
    try {
      const ended = await verified(["verify", "--backup", good], {
        ...direct(),
        WORK_FOLDER: small,
      });
      await fails(ended, "verify", /disk: .* free, .* needed; give the job a larger work volume/);
    } finally {
      await run("umount", [small]);
    }
  });

  it("a disk that fills during the restore: an error, and the backup stays good", async function () {
    const small = await tmpfs(200);
    if (!small) return this.skip();
    try {
      const { server, environment } = await scratchPod({ WORK_FOLDER: small });
      // Someone else takes the rest of what the server had when it started.
      await run("fallocate", ["-l", "100M", join(small, "ballast")]);
      const ended = await runJob(["verify", "--backup", good], { ...direct(), ...environment });
      server.child.kill("SIGTERM");
      await server.done;
      // PostgreSQL's words for the last half of a page (src/backend/storage/smgr/md.c, DISK_FULL).
      await fails(ended, "verify", /No space left|ENOSPC|wrote only \d+ of 8192 bytes/i);
    } finally {
      await run("umount", [small]);
    }
  });

  it("a server that dies in the middle of a dump", async () => {
    const victim = await LiveDatabase.start();
    await victim.as(
      "minixdr_migrations",
      "CREATE TABLE minixdr.events AS SELECT i, md5(i::text) AS body FROM generate_series(1, 3000000) i",
    );
    const before = (await all()).length;
    const job = await startJob(["dump"], {
      ...faulty(),
      ...victim.environment("backup"),
    });
    let killed = false;
    proxy.fault = ({ method, url }) => {
      // Some of the dump is already in S3.
      if (method === "PUT" && /partNumber=1/.test(url!)) {
        killed = true;
        victim.kill();
      }
      return false;
    };
    const ended = await job.done;
    await victim.stop();
    assert.ok(killed, "the dump was over before the server died");
    await fails(ended, "dump", /pg_dump: |terminat|Connection/i);
    assert.equal((await all()).length, before);
  });

  it("a pod that is evicted in the middle of a dump takes its upload back", async () => {
    const before = (await all()).length;
    const job = await startJob(["dump"], faulty());
    proxy.fault = ({ method, url }) => {
      if (method === "PUT" && /partNumber=1/.test(url!)) job.child.kill("SIGTERM");
      return false;
    };
    await fails(await job.done, "dump", /stopped by SIGTERM/);
    assert.equal((await all()).length, before);
  });

  it("another major version of the client: refused before anything is dumped", async () => {
    const folder = await fakeClient(16);
    await fails(
      await runJob(["dump"], { ...direct(), PG_BIN: folder }),
      "dump",
      /pg_dump: its major version is 16, the server's is 15; build the backup image for PostgreSQL 15/,
      2,
    );
  });

  it("two dumps at once: both are whole, and each has its own snapshot", async () => {
    const [one, two] = await Promise.all([
      dumped(runJob(["dump"], direct())),
      dumped(runJob(["dump"], direct())),
    ]);
    assert.notEqual(one.id, two.id);
    for (const { id } of [one, two]) ok(await verify("--backup", id));
  });

  it("an interrupted prune: what is half tagged no longer counts, and the next run ends it", async () => {
    await dumped(runJob(["dump"], direct()));
    ok(await verify());
    let allowed = 2;
    // Injected: S3 denies the third tag and all after it.
    proxy.fault = ({ method, url }, response) =>
      method === "PUT" &&
      /tagging/.test(url!) &&
      allowed-- <= 0 &&
      deny(response, "s3:PutObjectTagging");
    await fails(await runJob(["prune"], faulty()), "prune", /s3:PutObjectTagging/);
    assert.ok(proxy.struck >= 1);
    proxy.fault = () => false;
    const ended = await runJob(["prune"], faulty());
    ok(ended);
    for (const backup of await all()) {
      const folder = `${backup.manifest.tier}/${backup.manifest.id}/`;
      const { Contents = [] } = await cloud.s3.send(
        new ListObjectsV2Command({ Bucket: cloud.bucket, Prefix: folder }),
      );
      const states = new Set(await Promise.all(Contents.map(({ Key }) => isPruned(Key!))));
      assert.equal(states.size, 1, `${folder} is half tagged`);
    }
    const again = await runJob(["prune"], faulty());
    ok(again);
    assert.equal(again.lines.at(-1)!.objectsTagged, 0, "a second prune finds nothing to do");
  });

  async function verification(id: string): Promise<Verification | undefined> {
    return (await all()).find(({ manifest }) => manifest.id === id)?.verification;
  }

  async function isPruned(Key: string): Promise<boolean> {
    const { TagSet = [] } = await cloud.s3.send(
      new GetObjectTaggingCommand({ Bucket: cloud.bucket, Key }),
    );
    return TagSet.some(({ Key, Value }) => Key === "pruned" && Value === "true");
  }

  async function withCloud<T>(work: () => Promise<T>): Promise<T> {
    const before = { ...process.env };
    Object.assign(process.env, cloud.environment(), keys.environment);
    try {
      return await work();
    } finally {
      process.env = before;
    }
  }
});

function ok({ code, error }: Ended): void {
  assert.equal(code, 0, error);
}

async function dumped(job: Promise<Ended>): Promise<{ id: string; tier: string }> {
  const ended = await job;
  ok(ended);
  const { id, tier } = ended.lines.find(({ message }) => message === "dumping")!;
  return { id: String(id), tier: String(tier) };
}

/** A file system of so many MiB, or undefined when this machine does not let us. */
async function tmpfs(mebibytes: number): Promise<string | undefined> {
  const folder = await newFolder();
  const options = `size=${mebibytes}M,mode=1777`;
  const { code } = await run("mount", ["-t", "tmpfs", "-o", options, "tmpfs", folder]);
  return code === 0 ? folder : undefined;
}

/** A stand-in for the client of another major: it only knows its version. */
async function fakeClient(major: number): Promise<string> {
  const folder = join(await newFolder(), "bin");
  await mkdir(folder);
  await writeFile(join(folder, "pg_dump"), `#!/bin/sh\necho "pg_dump (PostgreSQL) ${major}.1"\n`);
  await chmod(join(folder, "pg_dump"), 0o755);
  return folder;
}
