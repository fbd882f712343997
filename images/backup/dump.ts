import { randomBytes } from "node:crypto";
import type { Readable } from "node:stream";
import type { Client } from "pg";
import { connect, readServer, writeCanary, type Server } from "./database";
import { UsageError } from "./errors";
import { readFacts } from "./facts";
import { Progress, type Log } from "./log";
import { listed } from "./contents";
import type { Manifest, StoredFile } from "./manifest";
import { NewBackup } from "./new-backup";
import { majorOf, run, outputOf } from "./programs";
import { tierOf } from "./retention";
import { rolesScript } from "./roles";
import { standbyWith, writtenNow, type Source } from "./source";
import type { Vault } from "./vault";

export interface DumpOptions {
  vault: Vault;
  /** Stack that the database belongs to. */
  stack: string;
  /** Host of the standbys; absent: the writer itself is read. */
  reader?: string;
  log: Log;
  signal: AbortSignal;
}

/** What of the dump is read back; its table of contents is at the beginning. */
const headBytes = 8 * 1024 ** 2;

/**
 * Dumps the database of libpq's variables into the vault. Dump, row counts, rights and canary are
 * of one snapshot. Nothing counts as a backup before the manifest, which is written last, after
 * the stored dump's beginning has been read back, decrypted and listed.
 *
 * A standby is read where there is one (PostgreSQL 10 and newer export snapshots there too). It may
 * cancel a dump that stands in the way of its replay (PostgreSQL 15, 27.4.2, "Handling Query
 * Conflicts"); then, as when it is behind or away, the writer is read.
 */
export async function dump(options: DumpOptions): Promise<Manifest> {
  const { reader, log, signal } = options;
  const started = Date.now();
  const writer = await connect();
  try {
    const server = await readServer(writer);
    await requireSameMajor(server);
    await writeCanary(writer);
    const written = await writtenNow(writer);
    if (reader)
      try {
        const standby = await standbyWith(reader, written, signal);
        return await dumpFrom(standby, server, started, options);
      } catch (error) {
        if (signal.aborted || error instanceof UsageError) throw error;
        log.info("the writer is read, as the standby could not be", {
          reason: (error as Error).message,
        });
      }
    return await dumpFrom({ client: writer, environment: process.env }, server, started, options);
  } finally {
    await writer.end().catch(() => {});
  }
}

/** Dumps what one server has; the connection to it ends with the dump. */
async function dumpFrom(
  { client, environment, written }: Source,
  server: Server,
  started: number,
  { vault, stack, log, signal }: DumpOptions,
): Promise<Manifest> {
  const stop = new AbortController();
  const either = AbortSignal.any([signal, stop.signal]);
  try {
    const opened = await openSnapshot(client);
    // A standby has what the writer had written before, and whatever it got since.
    const { snapshot, snapshotAt } = { ...opened, ...(written && { snapshotAt: written.at }) };
    const tier = tierOf(snapshotAt, await vault.backups());
    const id = backupId(snapshotAt, randomBytes(3).toString("hex"));
    const folder = folderOf({ tier, id });
    log.info("dumping", {
      id,
      tier,
      database: server.database,
      databaseBytes: server.databaseBytes,
      from: written ? "standby" : "writer",
    });

    // If the one fails, the other need not go on.
    const failing = <T>(work: Promise<T>) =>
      work.catch((error: Error) => {
        stop.abort(error);
        throw error;
      });
    const results = await Promise.allSettled([
      failing(
        vault.upload(`${folder}database.dump`, dumpStream(snapshot, environment, either), {
          expectedBytes: server.databaseBytes,
          progress: new Progress(log, "dumped"),
          signal: either,
        }),
      ),
      failing(readFacts(client)),
      failing(rolesScript(client)),
    ]);
    if (either.aborted) throw either.reason;
    const [stored, facts, roles] = results.map((result) => {
      if (result.status === "rejected") throw result.reason;
      return result.value;
    }) as [StoredFile, Manifest["facts"], string];
    await requireReadable(vault, stored, Object.keys(facts.rows).length);
    await vault.put(`${folder}database.dump.sha256`, `${stored.sha256}  database.dump\n`);
    const manifest: Manifest = {
      version: 1,
      id,
      tier,
      stack,
      database: server.database,
      snapshotAt: snapshotAt.toISOString(),
      finishedAt: new Date().toISOString(),
      seconds: (Date.now() - started) / 1000,
      server: { major: server.major, version: server.version, encoding: server.encoding },
      databaseBytes: server.databaseBytes,
      dump: stored,
      roles: await vault.put(`${folder}roles.sql`, roles),
      facts,
    };
    await vault.put(`${folder}manifest.json`, `${JSON.stringify(manifest, null, 2)}\n`);
    log.info("complete", { id, bytes: stored.bytes, seconds: manifest.seconds });
    return manifest;
  } finally {
    await client.end().catch(() => {});
  }
}

/** A newer server's dump may not be restorable by an older client's tools, and the reverse fails too. */
async function requireSameMajor(server: Server): Promise<void> {
  const client = await majorOf("pg_dump");
  if (client !== server.major)
    throw new UsageError(
      `pg_dump: its major version is ${client}, the server's is ${server.major}; build the backup image for PostgreSQL ${server.major}`,
    );
}

async function openSnapshot(client: Client): Promise<{ snapshot: string; snapshotAt: Date }> {
  await client.query("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
  // While pg_dump connects, this transaction waits; the server's limit for idle ones would end it.
  await client.query("SET LOCAL idle_in_transaction_session_timeout = 0");
  await client.query("SET LOCAL statement_timeout = 0");
  const { rows } = await client.query(
    "SELECT pg_export_snapshot() AS snapshot, clock_timestamp() AS at",
  );
  return { snapshot: rows[0].snapshot, snapshotAt: rows[0].at };
}

/** A custom-format dump of the snapshot. */
function dumpStream(
  snapshot: string,
  environment: NodeJS.ProcessEnv,
  signal: AbortSignal,
): Readable {
  // Level 1: a quarter of the time of level 9 for a tenth more bytes (docs/decisions/0010).
  const args = ["--format=custom", "--compress=1", `--snapshot=${snapshot}`, "--no-password"];
  return outputOf("pg_dump", args, signal, environment);
}

/** What S3 holds decrypts, is a dump, and has every table's data. */
async function requireReadable(
  vault: Vault,
  { key, bytes }: StoredFile,
  tables: number,
): Promise<void> {
  const input = await vault.head(key, Math.min(bytes, headBytes));
  const list = await run("pg_restore", ["--list"], { input });
  const found = list.split("\n").filter((line) => /^\d+;.* TABLE DATA /.test(line));
  if (found.length < tables)
    throw new Error(
      `${key}: the dump has the data of ${found.length} tables, the database has ${tables}`,
    );
}
