import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { Moto } from "../../../rehearsal/aws/moto";
import { SigningKeys } from "../../../rehearsal/aws/signing-keys";
import { needTools, skipLoudly } from "../../support/need-tools";
import { root } from "../../support/planned";
import { eventsTable, gigabyte } from "./support/events";
import { removeFolders } from "./support/folder";
import { startJob, type Job } from "./support/job";
import { LiveDatabase } from "./support/live-database";
import { peakMemory } from "./support/memory";
import { plannedVault } from "./support/planned-vault";
import { scratchPod } from "./support/verified";

/** Pairs of runs; the order changes from one to the next. */
const pairs = Number(process.env.REPETITIONS ?? 3);
/** Rows of the table that is dumped. */
const rows = Number(process.env.ROWS ?? gigabyte);

interface Run {
  seconds: number;
  /** MiB, of all that the job starts; of its server too, where that is a pod of its own. */
  memory: number;
}

/**
 * Dump and verification of 1 GB by the image of another checkout and by this one's, in pairs, on the
 * same server: `BACKUP_BEFORE=<folder> mocha <this file>`. It judges nothing but
 * that all of them succeed; it prints each run and the medians.
 */
describe("throughput and memory beside another checkout's, in pairs", function () {
  this.timeout(3_600_000);
  const other = process.env.BACKUP_BEFORE ?? "";
  let keys: SigningKeys;
  let live: LiveDatabase;
  const clouds = new Map<string, Moto>();

  before(async function () {
    if (!other) return skipLoudly(this, "BACKUP_BEFORE names no checkout to compare with");
    await needTools(this, ["postgres", "moto_server"]);
    keys = await SigningKeys.start();
    for (const checkout of [other, root])
      clouds.set(checkout, await Moto.start(await plannedVault()));
    live = await LiveDatabase.start({ max_wal_size: "2GB" });
    await live.as("minixdr_migrations", eventsTable(rows));
  });
  after(async () => {
    await Promise.all([
      keys?.stop(),
      live?.stop(),
      ...[...clouds.values()].map((one) => one.stop()),
    ]);
    await removeFolders();
  });

  const environment = (checkout: string) => ({
    ...clouds.get(checkout)!.environment(),
    ...keys.environment,
    ...live.environment("backup"),
  });

  it(`${pairs} pairs of dump and verify`, async () => {
    const found = new Map<string, Run[]>();
    const keep = (name: string, run: Run) => {
      found.set(name, [...(found.get(name) ?? []), run]);
      console.log(`      ${name}: ${run.seconds.toFixed(1)} s, ${run.memory} MiB`);
    };
    for (let pair = 0; pair < pairs; pair += 1) {
      const order = [other, root];
      if (pair % 2 === 1) order.reverse();
      for (const checkout of order) {
        const name = checkout === root ? "now" : "before";
        keep(`dump, ${name}`, await dump(checkout));
        keep(`verify, ${name}`, await verify(checkout));
      }
    }
    for (const job of ["dump", "verify"])
      for (const what of ["seconds", "memory"] as const) {
        const [was, is] = ["before", "now"].map((name) =>
          median(found.get(`${job}, ${name}`)!.map((run) => run[what])),
        );
        const change = (100 * (is! / was! - 1)).toFixed(0);
        console.log(`      ${job}, ${what}, medians: ${was} before, ${is} now (${change} %)`);
      }
  });

  async function dump(checkout: string): Promise<Run> {
    return measured(["dump"], environment(checkout), checkout);
  }

  async function verify(checkout: string): Promise<Run> {
    const apart = existsSync(join(checkout, "images/backup/scratch.ts"));
    if (!apart) return measured(["verify"], environment(checkout), checkout);
    const { server, environment: more } = await scratchPod();
    const memory = peakMemory(server.child.pid!, server.done);
    const run = await measured(["verify"], { ...environment(checkout), ...more }, checkout);
    return { ...run, memory: run.memory + (await memory) };
  }
});

async function measured(args: string[], env: NodeJS.ProcessEnv, checkout: string): Promise<Run> {
  const started = performance.now();
  const job: Job = await startJob(args, env, checkout);
  const memory = await peakMemory(job.child.pid!, job.done);
  const { code, error } = await job.done;
  assert.equal(code, 0, error);
  return { seconds: (performance.now() - started) / 1000, memory };
}

function median(values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return Math.round(10 * sorted[Math.floor(sorted.length / 2)]!) / 10;
}
