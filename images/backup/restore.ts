import { connect, readServer } from "./database";
import { UsageError } from "./errors";
import type { Log } from "./log";
import type { Facts } from "./facts";
import { folderOf, type Backup, type Manifest } from "./manifest";
import { fetchFiles, inFolder, requireEqual, restoreInto } from "./restored";
import { byTime, isGood } from "./retention";
import { requireSpace } from "./scratch-server";
import type { Vault } from "./vault";

export interface RestoreOptions {
  vault: Vault;
  /** Name of the new database. */
  database: string;
  /** A backup by name. */
  id?: string;
  /** The newest verified backup whose snapshot is not later. Absent, and no id: the newest verified. */
  before?: Date;
  /** The newest complete backup, verified or not: this restore compares it with its manifest too. */
  newest?: boolean;
  /** Drops a database of that name first. */
  replace: boolean;
  work: string;
  log: Log;
  signal: AbortSignal;
}

/**
 * Restores a backup into a new database on the server of libpq's variables and compares it with
 * what was dumped. A database that exists is never touched without `replace`; what a failed
 * restore has made is removed.
 */
export async function restore(options: RestoreOptions): Promise<Manifest> {
  const { vault, database, replace, work, log, signal } = options;
  const manifest = await choose(options);
  const admin = await connect({ database: "postgres" });
  try {
    const server = await readServer(admin);
    if (server.major < manifest.server.major)
      throw new UsageError(
        `server: its major version is ${server.major}, the backup's is ${manifest.server.major}; restore into ${manifest.server.major} or newer`,
      );
    const quoted = admin.escapeIdentifier(database);
    const there = await admin.query("SELECT FROM pg_database WHERE datname = $1", [database]);
    if (there.rowCount && !replace)
      throw new UsageError(
        `--database ${database}: it exists; choose another name, or add --replace-existing to drop it`,
      );
    await requireSpace(work, manifest.dump.bytes);
    await inFolder(work, async (folder) => {
      log.info("restoring", { id: manifest.id, database, bytes: manifest.dump.bytes });
      const files = await fetchFiles(vault, manifest, folder, log, signal);
      // Only now, with a whole backup at hand.
      if (there.rowCount) await admin.query(`DROP DATABASE ${quoted} WITH (FORCE)`);
      const to = { environment: process.env, host: undefined, user: undefined, database };
      try {
        const restored = await restoreInto(to, files, manifest.server.encoding, signal);
        requireEqual(
          { ...manifest, facts: insideDatabase(manifest.facts) },
          insideDatabase(restored),
        );
      } catch (error) {
        const exists = /already exists/.test((error as Error).message);
        if (!exists) await admin.query(`DROP DATABASE IF EXISTS ${quoted} WITH (FORCE)`);
        throw error;
      }
    });
    log.info("restored", { id: manifest.id, database, snapshotAt: manifest.snapshotAt });
    return manifest;
  } finally {
    await admin.end();
  }
}

/**
 * Gives the restored database the live one's name, and the live one `before`. Sessions are ended;
 * pools reconnect to the restored data. Run again with the names exchanged, it is undone.
 */
export async function swap(
  live: string,
  restored: string,
  before: string,
  log: Log,
): Promise<void> {
  const admin = await connect({ database: "postgres" });
  try {
    const { rows } = await admin.query<{ datname: string }>(
      "SELECT datname FROM pg_database WHERE datname = ANY ($1)",
      [[live, restored, before]],
    );
    const names = rows.map(({ datname }) => datname);
    for (const name of [live, restored])
      if (!names.includes(name))
        throw new UsageError(`database ${name}: it does not exist; list the server's with psql -l`);
    if (names.includes(before))
      throw new UsageError(`database ${before}: it exists; choose another name for the old one`);
    const quote = (name: string) => admin.escapeIdentifier(name);
    // Closed first: a pool that reconnects at once would stand in the way of the new name.
    await admin.query(`ALTER DATABASE ${quote(live)} ALLOW_CONNECTIONS false`);
    try {
      for (const name of [live, restored])
        await admin.query(
          "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = $1",
          [name],
        );
      await admin.query("BEGIN");
      await admin.query(`ALTER DATABASE ${quote(live)} RENAME TO ${quote(before)}`);
      await admin.query(`ALTER DATABASE ${quote(restored)} RENAME TO ${quote(live)}`);
      await admin.query("COMMIT");
    } catch (error) {
      await admin.query("ROLLBACK");
      throw error;
    } finally {
      const { rows: closed } = await admin.query(
        "SELECT datname FROM pg_database WHERE NOT datallowconn AND datname = ANY ($1)",
        [[live, before]],
      );
      for (const { datname } of closed)
        await admin.query(`ALTER DATABASE ${quote(datname)} ALLOW_CONNECTIONS true`);
    }
    log.info("swapped", { live, before });
  } finally {
    await admin.end();
  }
}

/** A live server's roles go on changing after a backup; only what is inside the database has to be equal. */
function insideDatabase(facts: Facts): Facts {
  return { ...facts, rights: facts.rights.filter((line) => !/^(role|member) /.test(line)) };
}

/** The newest verified backup, or the one that was named. */
export async function choose({
  vault,
  id,
  before,
  newest = false,
}: Pick<RestoreOptions, "vault" | "id" | "before" | "newest">): Promise<Manifest> {
  const all = (await vault.backups()).sort(byTime);
  if (id) {
    const named = all.find(({ manifest }) => manifest.id === id);
    if (!named)
      throw new UsageError(`--backup ${id}: the vault has none of that name; list shows all`);
    if (named.verification?.holds === false)
      throw new UsageError(
        `--backup ${id}: it is known to be bad: ${named.verification.differences.join("; ")}`,
      );
    return named.manifest;
  }
  const isCandidate = (backup: Backup) =>
    (newest ? isGood(backup) : backup.verification?.holds === true) &&
    (!before || Date.parse(backup.manifest.snapshotAt) <= before.getTime());
  for (const { manifest } of all.filter(isCandidate).reverse())
    if (!(await vault.isPruned(`${folderOf(manifest)}manifest.json`))) return manifest;
  throw new UsageError(
    `vault: no ${newest ? "complete" : "verified"} backup${before ? ` up to ${before.toISOString()}` : ""}; verify one, or name one with --backup`,
  );
}
