import { listed } from "./contents";
import { connect, readServer, writeCanary, type Server } from "./database";
import { UsageError } from "./errors";
import { Progress, type Log } from "./log";
import type { Facts, Manifest, StoredFile } from "./manifest";
import { NewBackup } from "./new-backup";
import { majorOf } from "./programs";
import type { SigningKey } from "./signing";
import { Snapshot } from "./snapshot";
import { standbyWith, writtenNow, type Source } from "./source";
import { unblocking } from "./unblock";
import type { Vault } from "./vault";

export interface DumpOptions {
  vault: Vault;
  /** Signs the manifest. */
  key: SigningKey;
  /** Stack that the database belongs to. */
  stack: string;
  /** Host of the standbys; absent: the writer itself is read. */
  reader?: string;
  log: Log;
  signal: AbortSignal;
}

/**
 * Dumps the database of libpq's variables into the vault. Dump, row counts, rights and canary are
 * of one snapshot. Nothing counts as a backup before the manifest, which is written last and signed.
 *
 * No role of the database can keep it from being saved: what cannot be read is left out and named,
 * and who holds a lock in the dump's way is ended.
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
    await unblocking({}, log, () => writeCanary(writer));
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
  source: Source,
  server: Server,
  started: number,
  { vault, key, stack, log, signal }: DumpOptions,
): Promise<Manifest> {
  const { PGHOST, PGHOSTADDR } = source.environment;
  const same = source.written ? { host: PGHOSTADDR ?? PGHOST } : {};
  const stop = new AbortController();
  const either = AbortSignal.any([signal, stop.signal]);
  // If the one fails, the other need not go on.
  const failing = <T>(work: Promise<T>) =>
    work.catch((error: Error) => {
      stop.abort(error);
      throw error;
    });
  try {
    return await unblocking(same, log, async () => {
      const snapshot = await Snapshot.open(source);
      const { largeObjects } = snapshot;
      const backup = await NewBackup.begin(vault, key, stack, snapshot.at);
      const { id, tier } = backup;
      const { database, databaseBytes, major, version, encoding } = server;
      const from = source.written ? "standby" : "writer";
      log.info("dumping", { id, tier, database, databaseBytes, from });
      const roles = await snapshot.roles();
      const [stored, counted] = await both(
        failing(store(snapshot, backup, databaseBytes, log, either)),
        failing(snapshot.facts(roles)),
      ).catch((error) => {
        throw either.aborted ? either.reason : error;
      });
      const { lacking } = snapshot;
      const facts = without(counted, lacking);
      requireWhole(stored.tables, Object.keys(facts.rows).length, id);
      for (const reason of snapshot.reasons) log.error("left out", { reason });
      for (const reason of roles.unrepresented) log.error("cannot be made again", { reason });
      if (largeObjects > 0) log.error("large objects are left out", { largeObjects });
      const manifest = await backup.complete(stored.file, {
        ...roles,
        database,
        finishedAt: new Date().toISOString(),
        seconds: (Date.now() - started) / 1000,
        server: { major, version, encoding },
        databaseBytes,
        lacking,
        largeObjects,
        facts,
      });
      log.info("complete", { id, bytes: stored.file.bytes, seconds: manifest.seconds });
      return manifest;
    });
  } finally {
    await source.client.end().catch(() => {});
  }
}

/** Both have ended before an error goes on, so that nothing is left behind. */
async function both<A, B>(one: Promise<A>, other: Promise<B>): Promise<[A, B]> {
  await Promise.allSettled([one, other]);
  return Promise.all([one, other]);
}

/** Facts without the tables that turned out to be unreadable after they were counted. */
function without(facts: Facts, lacking: string[]): Facts {
  const rows = Object.entries(facts.rows).filter(([table]) => !lacking.includes(table));
  return { ...facts, rows: Object.fromEntries(rows) };
}

/** Stores the dump, and counts the tables whose data is in it. */
async function store(
  snapshot: Snapshot,
  backup: NewBackup,
  expectedBytes: number,
  log: Log,
  signal: AbortSignal,
): Promise<{ file: StoredFile; tables: number }> {
  return snapshot.stored(
    async (dumped) => {
      const { stream, tables } = listed(dumped, signal);
      const progress = new Progress(log, "dumped");
      const file = await backup.store(stream, { expectedBytes, progress, signal });
      return { file, tables: tables() };
    },
    log,
    signal,
  );
}

/** A newer server's dump may not be restorable by an older client's tools, and the reverse fails too. */
async function requireSameMajor(server: Server): Promise<void> {
  const client = await majorOf("pg_dump");
  if (client !== server.major)
    throw new UsageError(
      `pg_dump: its major version is ${client}, the server's is ${server.major}; build the backup image for PostgreSQL ${server.major}`,
    );
}

/** A table without rows has an entry too. */
function requireWhole(listed: number, tables: number, id: string): void {
  if (listed < tables)
    throw new Error(`${id}: the dump has the data of ${listed} tables, the database has ${tables}`);
}
