import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { dirname, join } from "node:path";
import { localReleases } from "../../../plan/releases";
import { Moto } from "../../../rehearsal/aws/moto";
import { SigningKeys } from "../../../rehearsal/aws/signing-keys";
import { tool } from "../../../tools";
import { needTools } from "../../support/need-tools";
import { plannedStack } from "../../support/planned";
import { eventsTable, gigabyte } from "./support/events";
import { removeFolders } from "./support/folder";
import { startJob, type Job } from "./support/job";
import { LiveDatabase } from "./support/live-database";
import { peakMemory } from "./support/memory";
import { plannedVault } from "./support/planned-vault";
import { postgresFolder } from "./support/postgres-folder";
import { scratchPod } from "./support/verified";

/** MiB that a job may take, its PostgreSQL programs included. */
const memoryLimit = 256;

/** What anyone would write: pg_dump at its best compression, piped to the same API. */
const plainUpload = `
import sys, boto3
boto3.client("s3", endpoint_url=sys.argv[1], region_name="eu-central-1").upload_fileobj(
    sys.stdin.buffer, sys.argv[2], "plain/database.dump")`;

describe("a database of 1 GB", function () {
  this.timeout(900_000);
  let cloud: Moto;
  let keys: SigningKeys;
  let live: LiveDatabase;
  const seconds: Record<string, number> = {};

  before(async function () {
    await needTools(this, ["postgres", "moto_server"]);
    cloud = await Moto.start(await plannedVault());
    keys = await SigningKeys.start();
    live = await LiveDatabase.start({ max_wal_size: "2GB" });
    await live.as("minixdr_migrations", eventsTable(gigabyte));
  });

  after(async () => {
    await Promise.all([cloud?.stop(), keys?.stop(), live?.stop()]);
    await removeFolders();
  });

  const vault = () => ({ ...cloud.environment(), ...keys.environment });

  async function measured(args: string[], env: NodeJS.ProcessEnv): Promise<void> {
    const started = performance.now();
    const job = await startJob(args, { ...vault(), ...env });
    await within(args[0]!, job);
    seconds[args[0]!] = (performance.now() - started) / 1000;
    console.log(`      ${args[0]}: ${seconds[args[0]!]!.toFixed(1)} s`);
  }

  async function within(name: string, job: Job): Promise<void> {
    const memory = await peakMemory(job.child.pid!, job.done);
    const { code, error } = await job.done;
    assert.equal(code, 0, error);
    console.log(`      ${name}: ${memory} MiB at the most`);
    assert.ok(memory < memoryLimit, `${memory} MiB, ${memoryLimit} are allowed`);
  }

  it("holds at least 1 GB", async () => {
    const [size] = await live.query<{ bytes: string }>(
      "SELECT pg_table_size('minixdr.events') AS bytes",
    );
    assert.ok(Number(size!.bytes) >= 1e9, `${size!.bytes} bytes`);
  });

  it("is dumped within the memory limit", () => measured(["dump"], live.environment("backup")));

  it("is dumped at least as fast as by pg_dump -Fc -Z9 piped to the same API", async () => {
    const started = performance.now();
    // By node:child_process: the two share a pipe of the kernel's, without this process in it.
    const dump = spawn(join(await postgresFolder(), "pg_dump"), ["-Fc", "-Z9"], {
      env: { ...process.env, ...live.environment("backup") },
      stdio: ["ignore", "pipe", "inherit"],
    });
    const python = join(dirname(await tool("moto_server")), "venv/bin/python");
    const upload = spawn(python, ["-c", plainUpload, cloud.endpoint, cloud.bucket], {
      env: { ...process.env, ...cloud.environment() },
      stdio: [dump.stdout, "inherit", "inherit"],
    });
    const [[dumped], [uploaded]] = await Promise.all([once(dump, "exit"), once(upload, "exit")]);
    assert.deepEqual([dumped, uploaded], [0, 0]);
    const plain = (performance.now() - started) / 1000;
    console.log(`      pg_dump -Fc -Z9: ${plain.toFixed(1)} s`);
    assert.ok(seconds.dump! <= plain, `${seconds.dump} s, plain ${plain} s`);
  });

  it("is verified within the memory limit, and so is the server that it is restored on", async () => {
    const { server, environment } = await scratchPod();
    await Promise.all([measured(["verify"], environment), within("scratch", server)]);
  });

  it("is restored within the memory limit", () =>
    measured(["restore", "--database", "minixdr_restored"], live.environment("restore")));

  it("is equal in every column of every row", async () => {
    const digest = `SELECT count(*) AS rows, sum(hashtextextended(e::text, 0)::numeric) AS digest
                      FROM minixdr.events e`;
    const [original] = await live.query(digest);
    const [restored] = await live.query(digest, "minixdr_restored");
    assert.equal(Number(original!.rows), 5_200_000);
    assert.deepEqual(restored, original);
  });

  it("loses less than an hour: prod's interval between dumps and the measured time of one", async () => {
    const release = localReleases(await plannedStack("prod")).find(
      ({ name }) => name === "database-backup",
    )!;
    const { dump } = release.values.schedule as { dump: string };
    const minutes = dump.split(" ")[0]!.split(",").map(Number);
    const interval = Math.max(
      ...minutes.map((minute, i) => (minutes[i + 1] ?? minutes[0]! + 60) - minute),
    );
    const rpo = interval * 60 + seconds.dump!;
    console.log(
      `      RPO ${rpo.toFixed(0)} s: ${interval} min and a dump of ${seconds.dump!.toFixed(1)} s`,
    );
    // S3 promises replication within 15 minutes; that is quoted, and only a lost Region needs it.
    assert.ok(rpo + 15 * 60 < 3600);
  });
});
