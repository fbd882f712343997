import type { Client } from "pg";
import { connect, libpqEnvironment, readServer, runAll, runEach } from "./database";
import { BadBackup, UsageError } from "./errors";
import { logRefused, type Evidence } from "./evidence";
import { differences, readFacts } from "./facts";
import type { Log } from "./log";
import type { Facts, Backup, Manifest } from "./manifest";
import { fetchDump, inFolder, restoreDump } from "./restored";
import { byTime, isGood } from "./retention";
import { databaseSettingStatements, grantStatements, readRoles } from "./roles";
import { requireSpace } from "./scratch-server";
import type { Vault } from "./vault";

export interface RestoreOptions {
  vault: Vault;
  evidence: Evidence;
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
 * what was dumped. Whatever the backup brings runs as the role that logs in: it should be one that
 * can lose nothing else, such as the bootstrap's `restore`. It makes no roles.
 *
 * A database that exists is never touched without `replace`; what a failed restore has made is removed.
 *
 * @throws UsageError naming the roles that the server lacks
 */
export async function restore(options: RestoreOptions): Promise<Manifest> {
  const { vault, database, work, log, signal } = options;
  const manifest = await choose(options);
  const admin = await connect({ database: "postgres" });
  try {
    await requireServer(admin, manifest);
    const exists = await requireFreeName(admin, options);
    await requireSpace(work, manifest.dump.bytes);
    await inFolder(work, async (folder) => {
      log.info("restoring", { id: manifest.id, database, bytes: manifest.dump.bytes });
      const dump = await fetchDump(vault, manifest, folder, log, signal);
      const quoted = admin.escapeIdentifier(database);
      // Only now, with a whole backup at hand.
      if (exists) await admin.query(`DROP DATABASE ${quoted} WITH (FORCE)`);
      await admin.query(
        `CREATE DATABASE ${quoted} TEMPLATE template0 ENCODING ${admin.escapeLiteral(manifest.server.encoding)}`,
      );
      try {
        requireEqual(manifest, await restoreInto(admin, manifest, dump, options), log);
      } catch (error) {
        await admin.query(`DROP DATABASE IF EXISTS ${quoted} WITH (FORCE)`);
        throw error;
      }
    });
    log.info("restored", { id: manifest.id, database, snapshotAt: manifest.snapshotAt });
    return manifest;
  } finally {
    await admin.end();
  }
}

/** Version and roles: before anything is done. */
async function requireServer(admin: Client, { server, roles }: Manifest): Promise<void> {
  const { major } = await readServer(admin);
  if (major < server.major)
    throw new UsageError(
      `server: its major version is ${major}, the backup's is ${server.major}; restore into ${server.major} or newer`,
    );
  const { rows } = await admin.query<{ name: string }>(
    "SELECT unnest($1::text[]) AS name EXCEPT SELECT rolname FROM pg_roles ORDER BY 1",
    [roles.map(({ name }) => name)],
  );
  if (rows.length > 0)
    throw new UsageError(
      `server: it lacks the roles ${rows.map(({ name }) => admin.escapeIdentifier(name)).join(", ")} of the backup; install the release database-bootstrap first, and make by hand what it does not`,
    );
}

/** Whether there is a database of that name, which may be dropped. */
async function requireFreeName(
  admin: Client,
  { database, replace }: RestoreOptions,
): Promise<boolean> {
  const { rows } = await admin.query<{ owner: string; own: boolean }>(
    `SELECT pg_get_userbyid(datdba) AS owner, pg_has_role(datdba, 'USAGE') AS own
       FROM pg_database WHERE datname = $1`,
    [database],
  );
  const [there] = rows;
  if (!there) return false;
  if (!replace)
    throw new UsageError(
      `--database ${database}: it exists; choose another name, or add --replace-existing to drop it`,
    );
  if (!there.own)
    throw new UsageError(
      `--database ${database}: it belongs to ${there.owner}, and only a restore's own is dropped; choose another name`,
    );
  return true;
}

/** Restores and reads what is there then. */
async function restoreInto(
  admin: Client,
  manifest: Manifest,
  dump: string,
  { database, log, signal }: RestoreOptions,
): Promise<Facts> {
  const environment = libpqEnvironment();
  await restoreDump(dump, { database, client: { database }, environment }, signal);
  await runAll(admin, grantStatements(database, manifest));
  await runEach(admin, databaseSettingStatements(database, manifest), log);
  const client = await connect({ database });
  try {
    return await readFacts(client, await readRoles(admin, database), manifest.lacking);
  } finally {
    await client.end().catch(() => {});
  }
}

/**
 * A live server's roles and their settings go on changing after a backup; only what is inside the
 * database, and its own rights and settings, have to be equal.
 *
 * @throws BadBackup with every difference of data
 */
function requireEqual({ id, facts }: Manifest, restored: Facts, log: Log): void {
  const inside = (of: Facts): Facts => ({
    ...of,
    rights: of.rights.filter((line) => !/^(role|member) /.test(line)),
    settings: of.settings.filter((line) => line.startsWith("database ")),
  });
  const { data, settings } = differences(inside(facts), inside(restored));
  for (const line of settings) log.info("only settings differ", { line });
  if (data.length > 0) throw new BadBackup(`${id}: ${data.join("; ")}`);
}

/** The newest verified backup that lacks nothing, or the one that was named. */
export async function choose({
  evidence,
  id,
  before,
  newest = false,
  log,
}: Pick<RestoreOptions, "evidence" | "id" | "before" | "newest" | "log">): Promise<Manifest> {
  const { backups, refused } = await evidence.read();
  logRefused(refused, log);
  const all = backups.sort(byTime);
  if (id) {
    const named = all.find(({ manifest }) => manifest.id === id);
    if (!named)
      throw new UsageError(
        `--backup ${id}: the vault has no signed one of that name; list shows all`,
      );
    if (named.verification?.holds === false)
      throw new UsageError(
        `--backup ${id}: it is known to be bad: ${named.verification.dataDifferences.join("; ")}`,
      );
    return named.manifest;
  }
  const isCandidate = (backup: Backup) =>
    (newest ? isGood(backup) : backup.verification?.holds === true) &&
    backup.manifest.lacking.length === 0 &&
    (!before || Date.parse(backup.manifest.snapshotAt) <= before.getTime());
  const chosen = all.findLast(isCandidate);
  if (chosen) return chosen.manifest;
  throw new UsageError(
    `vault: no ${newest ? "complete" : "verified"} backup${before ? ` up to ${before.toISOString()}` : ""}; verify one, or name one with --backup`,
  );
}
