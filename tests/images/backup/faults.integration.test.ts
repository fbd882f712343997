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
import type { Backup, Verification } from "../../../images/backup/manifest";
import { Vault } from "../../../images/backup/vault";
import { run } from "../../../lib/processes";
import { Moto } from "../../../rehearsal/aws/moto";
import { needTools } from "../../support/need-tools";
import { deny, FaultyProxy } from "./support/faulty-proxy";
import { newFolder, removeFolders } from "./support/folder";
import { runJob, startJob, type Ended } from "./support/job";
import { LiveDatabase } from "./support/live-database";
import { plannedVault } from "./support/planned-vault";

describe("faults of backups: a clear error, a metric, and no good backup lost", function () {
  this.timeout(120_000);
  let cloud: Moto;
  let proxy: FaultyProxy;
  let live: LiveDatabase;
  /** Verified before every fault; it has to stay so. */
  let good: string;

  before(async function () {
    await needTools(this, ["postgres", "moto_server"]);
    cloud = await Moto.start(await plannedVault());
    proxy = await FaultyProxy.start(cloud.endpoint);
    live = await LiveDatabase.start();
    await live.as(
      "minixdr_migrations",
      `CREATE TABLE minixdr.events AS SELECT i, md5(i::text) || md5((i + 1)::text) AS body FROM generate_series(1, 800000) i`,
    );
    good = (await dumped(runJob(["dump"], direct()))).id;
    ok(await runJob(["verify"], direct()));
  });

  beforeEach(() => {
    proxy.fault = () => false;
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
    ok(await runJob(["verify", "--backup", good], direct()));
  });

  after(async () => {
    await Promise.all([proxy?.stop(), cloud?.stop(), live?.stop()]);
    await removeFolders();
  });

  const direct = () => ({ ...cloud.environment(), ...live.environment("backup") });
  const faulty = () => ({ ...cloud.environment(proxy.endpoint), ...live.environment("backup") });

  async function fails(ended: Ended, job: string, says: RegExp, code = 1): Promise<void> {
    assert.match(ended.error, says);
    assert.equal(ended.code, code, ended.error);
    assert.ok((await cloud.metrics()).includes(`JobFailed mini-xdr-prod ${job}`));
  }

  async function all(): Promise<Backup[]> {
    return withCloud(() => new Vault(cloud.bucket, cloud.kmsKey).backups());
  }

  it("a flipped byte in a stored dump: bad by its checksum, and no longer a candidate", async () => {
    const { id, tier } = await dumped(runJob(["dump"], direct()));
    const Key = `${tier}/${id}/database.dump`;
    const { Body } = await cloud.s3.send(new GetObjectCommand({ Bucket: cloud.bucket, Key }));
    const bytes = await Body!.transformToByteArray();
    bytes[bytes.length >> 1]! ^= 1;
    await cloud.s3.send(new PutObjectCommand({ Bucket: cloud.bucket, Key, Body: bytes }));
    await fails(
      await runJob(["verify"], direct()),
      "verify",
      /database\.dump: SHA-256 .* dumped was/,
    );
    assert.equal((await verification(id))?.holds, false);
    const refused = await runJob(["restore", "--database", "x", "--backup", id], direct());
    assert.equal(refused.code, 2);
    assert.match(refused.error, /is known to be bad/);
  });

  it("nothing is pruned while the newest backup is bad or not verified", async () => {
    await fails(
      await runJob(["prune"], direct()),
      "prune",
      /nothing is pruned.* failed its verification/,
    );
    await dumped(runJob(["dump"], direct()));
    await fails(
      await runJob(["prune"], direct()),
      "prune",
      /nothing is pruned.* is not verified yet/,
    );
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
    const ended = await runJob(["verify", "--backup", good], faulty());
    assert.ok(proxy.struck >= 1);
    assert.match(ended.error, /1000 bytes arrived, \d+ were dumped/);
    // A single answer that is short says nothing about what is stored.
    assert.equal((await verification(good))?.holds, true);
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

  it("a denied decrypt is found when the dump is made, not on the day it is needed", async () => {
    proxy.fault = ({ method, headers }, response) =>
      method === "GET" && headers.range !== undefined && deny(response, "kms:Decrypt");
    const before = (await all()).length;
    await fails(await runJob(["dump"], faulty()), "dump", /kms:Decrypt/);
    assert.ok(proxy.struck >= 1);
    assert.equal((await all()).length, before);
  });

  it("a full disk: said beforehand with what is missing, and the backup stays good", async function () {
    const small = await tmpfs(8);
    if (!small) {
      console.log("      SKIPPED: a small file system needs root and CAP_SYS_ADMIN");
      return this.skip();
    }
    try {
      const ended = await runJob(["verify", "--backup", good], { ...direct(), WORK_FOLDER: small });
      await fails(ended, "verify", /disk: .* free, .* needed; give the job a larger work volume/);
    } finally {
      await run("umount", [small]);
    }
  });

  it("a disk that fills during the restore: an error, and the backup stays good", async function () {
    const small = await tmpfs(200);
    if (!small) return this.skip();
    try {
      const job = await startJob(["verify", "--backup", good], { ...direct(), WORK_FOLDER: small });
      while (!job.lines.some(({ message }) => message === "verifying"))
        await new Promise((resolve) => job.child.stdout!.once("data", resolve));
      // Someone else takes the rest, but for what the download needs.
      await run("fallocate", ["-l", "100M", join(small, "ballast")]);
      // PostgreSQL's words for the last half of a page (src/backend/storage/smgr/md.c, DISK_FULL).
      await fails(
        await job.done,
        "verify",
        /No space left|ENOSPC|disk: |wrote only \d+ of 8192 bytes/i,
      );
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
      ...cloud.environment(proxy.endpoint),
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
    for (const { id } of [one, two]) ok(await runJob(["verify", "--backup", id], direct()));
  });

  it("an interrupted prune: what is half tagged no longer counts, and the next run ends it", async () => {
    await dumped(runJob(["dump"], direct()));
    ok(await runJob(["verify"], direct()));
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
    Object.assign(process.env, cloud.environment());
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
