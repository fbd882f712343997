import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { mkdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import {
  GetObjectCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
} from "@aws-sdk/client-s3";
import { run } from "../../../lib/processes";
import { Moto } from "../../../rehearsal/aws/moto";
import { SigningKeys } from "../../../rehearsal/aws/signing-keys";
import { freePorts } from "../../../rehearsal/receivers/free-ports";
import { needTools } from "../../support/need-tools";
import { newFolder, removeFolders } from "./support/folder";
import { LiveDatabase } from "./support/live-database";
import { runJob, startJob, type Ended } from "./support/job";
import { newest } from "./support/newest";
import { plannedVault } from "./support/planned-vault";
import { verified } from "./support/verified";

describe("backups, with a real PostgreSQL and moto", function () {
  this.timeout(120_000);
  let cloud: Moto;
  let keys: SigningKeys;
  let live: LiveDatabase;

  before(async function () {
    await needTools(this, ["postgres", "moto_server"]);
    cloud = await Moto.start(await plannedVault());
    keys = await SigningKeys.start();
    live = await LiveDatabase.start();
    await live.as(
      "minixdr_migrations",
      `SET search_path = minixdr;
       CREATE TABLE events (id bigserial PRIMARY KEY, at timestamptz DEFAULT now(), body text);
       CREATE TABLE "Odd name %" (x int);
       INSERT INTO events (body) SELECT md5(i::text) FROM generate_series(1, 20000) i;
       INSERT INTO "Odd name %" VALUES (1), (2);
       CREATE VIEW recent AS SELECT * FROM events ORDER BY id DESC LIMIT 10;
       GRANT SELECT ON recent TO minixdr_read_only;`,
    );
  });

  after(async () => {
    await Promise.all([cloud?.stop(), keys?.stop(), live?.stop()]);
    await removeFolders();
  });

  const vault = () => ({ ...cloud.environment(), ...keys.environment });
  const backup = (...args: string[]) => runJob(args, { ...vault(), ...live.environment("backup") });
  const restore = (...args: string[]) =>
    runJob(["restore", ...args], { ...vault(), ...live.environment("restore") });

  it("dumps under write load, verifies and restores: every row of the snapshot", async () => {
    let writing = true;
    const writer = (async () => {
      let written = 0;
      while (writing) {
        await live.as("minixdr_app", "INSERT INTO minixdr.events (body) VALUES ('load')");
        written += 1;
      }
      return written;
    })();
    const dumped = await backup("dump");
    writing = false;
    assert.ok((await writer) > 0);
    succeeded(dumped);
    const manifest = await newest(cloud, dumped);
    assert.equal(manifest.tier, "monthly", "the first of its month");
    assert.ok(manifest.facts.rows["minixdr.events"]! >= 20000);
    succeeded(await verified(["verify"], vault()));
    succeeded(await restore("--database", "minixdr_restored"));
    const [restored] = await live.query<{ n: string }>(
      "SELECT count(*) AS n FROM minixdr.events",
      "minixdr_restored",
    );
    assert.equal(Number(restored!.n), manifest.facts.rows["minixdr.events"]);
  });

  it("stores everything under the vault's key, with the dump's SHA-256 beside it", async () => {
    const dumped = await backup("dump");
    const { dump } = await newest(cloud, dumped);
    const head = await cloud.s3.send(
      new HeadObjectCommand({ Bucket: cloud.bucket, Key: dump.key }),
    );
    assert.equal(head.ServerSideEncryption, "aws:kms");
    assert.equal(head.SSEKMSKeyId, cloud.kmsKey);
    const beside = await cloud.s3.send(
      new GetObjectCommand({ Bucket: cloud.bucket, Key: `${dump.key}.sha256` }),
    );
    assert.equal(await beside.Body!.transformToString(), `${dump.sha256}  database.dump\n`);
  });

  it("restores roles and rights: the application may write, the reader may not", async () => {
    const [events] = await live.query<{ owner: string }>(
      "SELECT tableowner AS owner FROM pg_tables WHERE tablename = 'events'",
      "minixdr_restored",
    );
    assert.equal(events!.owner, "minixdr_owner");
    await live.as(
      "minixdr_app",
      "INSERT INTO minixdr.events (body) VALUES ('x')",
      "minixdr_restored",
    );
    await assert.rejects(
      live.as("minixdr_exporter", "SELECT FROM minixdr.events", "minixdr_restored"),
      /permission denied/,
    );
  });

  it("never restores over an existing database without the explicit word", async () => {
    const refused = await restore("--database", "minixdr_restored");
    assert.equal(refused.code, 2);
    assert.match(refused.error, /--database minixdr_restored: it exists.*--replace-existing/);
    succeeded(await restore("--database", "minixdr_restored", "--replace-existing"));
  });

  it("--newest takes a dump that nobody has verified, and compares it itself", async () => {
    succeeded(await backup("dump"));
    const restoredAt = async (...args: string[]) => {
      const ended = await restore("--database", "minixdr_newest", ...args);
      succeeded(ended);
      await live.query("DROP DATABASE minixdr_newest", "postgres");
      return String(ended.lines.find(({ message }) => message === "restored")!.snapshotAt);
    };
    const [known, newest] = [await restoredAt(), await restoredAt("--newest")];
    assert.ok(newest > known, `${newest} is not after ${known}`);
    const both = ["--newest", "--before", "2026-11-23T00:00:00Z"];
    assert.equal((await restore("--database", "x", ...both)).code, 2);
  });

  it("swaps a restored database with the live one, and back, while clients reconnect", async () => {
    await live.query("CREATE TABLE public.only_live ()");
    let clients = true;
    const client = (async () => {
      while (clients) await live.as("minixdr_app", "SELECT pg_sleep(0.01)").catch(() => {});
    })();
    const swap = (restored: string, before: string) =>
      runJob(
        ["swap", "--live", "minixdr", "--restored", restored, "--before", before],
        live.environment("master"),
      );
    succeeded(await swap("minixdr_restored", "minixdr_before"));
    const tables = async () =>
      (await live.query("SELECT to_regclass('public.only_live') AS t"))[0]!.t;
    assert.equal(await tables(), null);
    succeeded(await swap("minixdr_before", "minixdr_restored"));
    assert.equal(await tables(), "only_live");
    clients = false;
    await client;
    await live.query("DROP TABLE public.only_live");
  });

  it("archives a mounted ConfigMap as plain files, its manifest last", async () => {
    // As the kubelet mounts it: links into a folder that is exchanged as a whole.
    const folder = join(await newFolder(), "stack-configuration");
    await mkdir(join(folder, "..2026_11_24"), { recursive: true });
    await writeFile(join(folder, "..2026_11_24/stack.json"), '{"tier":"enterprise"}');
    await symlink("..2026_11_24", join(folder, "..data"));
    await symlink("..data/stack.json", join(folder, "stack.json"));
    const ended = await backup("state", folder);
    succeeded(ended);
    const key = String(ended.lines.at(-1)!.key);
    assert.match(key, /^state\/archives\/.*\/state\.tar\.gz$/);
    const { Body } = await cloud.s3.send(new GetObjectCommand({ Bucket: cloud.bucket, Key: key }));
    const archive = join(await newFolder(), "state.tar.gz");
    await writeFile(archive, await Body!.transformToByteArray());
    const { stdout } = await run("tar", ["--list", "--verbose", "--file", archive]);
    const files = stdout.split("\n").filter((line) => line.startsWith("-"));
    assert.deepEqual(
      files.map((line) => line.split(" ").at(-1)),
      ["stack-configuration/stack.json"],
    );
    assert.doesNotMatch(stdout, /^l/m, "no link");
  });

  it("drills: RPO and RTO from the canary, kept as metrics", async () => {
    succeeded(await backup("dump"));
    const results = join(await newFolder(), "results.md");
    const ended = await verified(["drill", "--results", results], vault());
    succeeded(ended);
    const row =
      /^\| \d{4}-\d\d-\d\d \| restore \| mini-xdr-prod \| [\d.]+ s \| [\d.]+ s \| dump of [\d.]+ MB \|$/m;
    assert.match(readFileSync(results, "utf8"), row);
    const measured = (id: string) => ended.lines.find(({ message }) => message === id)!;
    assert.ok(Number(measured("drill.rpo").seconds) < 3600);
    assert.ok(Number(measured("drill.rto").seconds) > 0);
    assert.ok(measured("drill.rpo.worst").holds);
  });

  it("serves the vault's figures to Prometheus and sends the age to CloudWatch", async () => {
    const [port] = await freePorts(1);
    const job = await startJob(["exporter", "--port", String(port)], vault());
    await job.said("serving metrics");
    const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
    job.child.kill("SIGTERM");
    assert.equal((await job.done).code, 0);
    for (const name of [
      "newest_age_seconds",
      "verified_age_seconds",
      "newest_bytes",
      "size_ratio",
      "measured_rpo_seconds",
      "measured_rto_seconds",
    ])
      assert.match(text, new RegExp(`^minixdr_backup_${name} [\\d.]+$`, "m"));
    for (const line of [
      'restorable{tier="daily"} 1',
      'promised{tier="daily"} 1',
      'restorable{tier="monthly"} 1',
      "below_promise 0",
      "refused 0",
      "vanished 0",
      "tagged_out_of_turn 0",
      "large_objects 0",
      "lacking_tables 0",
      "settings_differ 0",
    ])
      assert.ok(text.includes(`\nminixdr_backup_${line}\n`), line);
    assert.match(text, /^minixdr_backup_job_failed\{job_name="drill"\} 0$/m);
    assert.ok((await cloud.metrics()).includes("NewestBackupAgeSeconds mini-xdr-prod"));
  });

  it("leaves no unfinished upload behind", async () => {
    const { Uploads = [] } = await cloud.s3.send(
      new ListMultipartUploadsCommand({ Bucket: cloud.bucket }),
    );
    assert.deepEqual(Uploads, []);
  });
});

function succeeded({ code, error }: Ended): void {
  assert.equal(code, 0, error);
}
