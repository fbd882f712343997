import { readFileSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { RDSClient } from "@aws-sdk/client-rds";
import { commandLine } from "../lib/command-line";
import { Database } from "../images/backend/database";
import {
  managedCluster,
  managedInstance,
  requireReady,
  type ManagedDatabase,
} from "../recovery/failover/managed-database";
import { WriteWatch } from "../recovery/failover/write-watch";
import { addedLimit, promotion } from "../rehearsal/database/budget";
import type { Launch } from "./launch";
import { Engine } from "../recovery/engine";
import { confirm } from "../recovery/procedure";
import { claim, holds, report, table, writeReport, type Claim } from "../lib/report";
import { UsageError } from "../lib/ends";

const poolerName = "pgbouncer.database.svc.cluster.local";
const steady = 5; // s of acknowledged writes before anything is started, and at the end
const patience = 600_000; // ms until a failover counts as failed
const lookEvery = 1000; // ms; RDS tells nobody when it is done

interface Options {
  stack: string;
  dryRun?: boolean;
  json?: string;
}

/**
 * `npm run failover`: starts a managed failover of a stack's database, watches writes through the
 * pool meanwhile and prints for how long there were none. Returns the exit code: 0 within AWS's
 * quoted promotion and our 10 s, 1 beyond, 2 when nothing was started.
 */
export async function main(args: string[], { root }: Launch): Promise<number> {
  return failOver(options(args), root);
}

async function failOver({ stack, dryRun, json }: Options, root: string): Promise<number> {
  const since = Date.now();
  const settings = poolSettings();
  const { databaseIdentifier, databaseTopology, regions } = await new Engine(root, stack).outputs();
  const rds = new RDSClient({ region: regions.primary });
  const managed = databaseTopology === "cluster" ? managedCluster : managedInstance;
  const database = managed(rds, databaseIdentifier);
  const { seconds, source } = promotion[databaseTopology];
  const { writer } = await requireReady(database);
  const watch = new WriteWatch(new Database(settings));
  try {
    await requireWrites(watch);
    process.stdout.write(
      `RDS will move the writer of ${databaseIdentifier} away from ${writer}: nobody writes for about ${seconds} s.\n`,
    );
    if (dryRun) return 0;
    await confirm(stack);
    const claims = await observe(database, writer, watch, seconds);
    claims.push(quoted(seconds, source));
    const result = report("failover", stack, since, claims);
    if (json) await writeReport(json, result);
    process.stdout.write(`\n${table(result)}`);
    return holds(result) ? 0 : 1;
  } finally {
    await watch.close();
  }
}

/** Starts the failover and watches until RDS is done and writes flow again. */
async function observe(
  database: ManagedDatabase,
  writer: string,
  watch: WriteWatch,
  promotionSeconds: number,
): Promise<Claim[]> {
  const before = watch.server;
  watch.restart();
  const started = performance.now();
  const seconds = () => (performance.now() - started) / 1000;
  await database.failOver();
  const say = (line: string) => process.stdout.write(`${seconds().toFixed(1)} s  ${line}\n`);
  say(`RDS has accepted the failover of ${database.identifier}`);
  const now = await until("RDS reports no new writer", async () => {
    const state = await database.state();
    return state.writer !== writer && state.status === "available" ? state : undefined;
  });
  const reported = seconds();
  say(`RDS reports the writer in ${now.writer}`);
  await until("writes do not flow again", () => Promise.resolve(watch.steady >= steady));
  say(`writes flow, at ${watch.server} (before: ${before})`);
  const injection = `RDS reported the writer in ${writer} before and in ${now.writer} after`;
  return [
    claim({
      ...{
        id: "failover.gap",
        claim: "longest time without an acknowledged write through the pool",
      },
      ...{ value: watch.gap, unit: "s", limit: promotionSeconds + addedLimit, injection },
    }),
    claim({
      ...{ id: "failover.reported", claim: "request to RDS reporting the new writer as available" },
      ...{ value: reported, unit: "s", limit: patience / 1000, injection },
    }),
    claim({
      ...{ id: "failover.failed", claim: "writes that failed, of 10 a second, without a retry" },
      ...{ value: watch.failed, unit: "", limit: (patience / 1000) * 10, injection },
    }),
  ];
}

/** Asks until there is an answer. @throws with `failure` after {@link patience}. */
async function until<T>(failure: string, ask: () => Promise<T | undefined | false>): Promise<T> {
  for (const end = performance.now() + patience; performance.now() < end; await pause(lookEvery)) {
    const answer = await ask().catch(() => undefined); // RDS throttles; the next look will tell
    if (answer) return answer;
  }
  throw new Error(`${failure} after ${patience / 1000} s`);
}

async function requireWrites(watch: WriteWatch): Promise<void> {
  for (const end = performance.now() + 3 * steady * 1000; watch.steady < steady;) {
    if (performance.now() > end)
      throw new UsageError(
        `writes do not go through the pool (${watch.failure}): mend that first; nothing was started`,
      );
    await pause(100);
  }
}

function quoted(value: number, source: string): Claim {
  const text = "promotion, as AWS quotes it; the gap holds it and what the stack adds";
  const measurement = {
    id: "failover.quoted-promotion",
    claim: text,
    value,
    unit: "s",
    limit: value,
  };
  return { ...claim(measurement), kind: "quoted", source };
}

/** Where the pool is, from libpq's own variables; the runbook sets them. */
function poolSettings() {
  const variable = (name: string) => {
    const value = process.env[name];
    if (!value)
      throw new UsageError(
        `${name}: it is not set: set it as docs/runbooks/database-failover.md says`,
      );
    return value;
  };
  const file = variable("PGSSLROOTCERT");
  let ca: string;
  try {
    ca = readFileSync(file, "utf8");
  } catch (error) {
    throw new UsageError(`PGSSLROOTCERT: ${(error as Error).message}: name PgBouncer's ca.crt`);
  }
  return {
    ...{ host: variable("PGHOST"), port: Number(process.env.PGPORT ?? 6432), ca },
    ...{ serverName: poolerName, database: "minixdr" },
    ...{ user: variable("PGUSER"), password: variable("PGPASSWORD") },
  };
}

function options(args: string[]): Options {
  return commandLine(
    "failover",
    "Fail a stack's database over to a standby, and measure the gap in its writes.",
  )
    .requiredOption("--stack <name>", "the stack whose database fails over")
    .option("--dry-run", "look whether it could, do nothing")
    .option("--json <file>", "write the report there")
    .parse(args, { from: "user" })
    .opts();
}
