import { mkdtemp, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { connect } from "./database";
import { BadBackup } from "./errors";
import { differences, readFacts, type Facts } from "./facts";
import { Progress, type Log } from "./log";
import type { Manifest } from "./manifest";
import { run } from "./programs";
import type { Vault } from "./vault";

/** A backup's files on this machine, checked against the manifest. */
export interface LocalFiles {
  dump: string;
  roles: string;
}

/** Runs `work` in a new folder below `parent`, and removes it whatever happens. */
export async function inFolder<T>(
  parent: string,
  work: (folder: string) => Promise<T>,
): Promise<T> {
  const folder = await mkdtemp(join(parent, "backup-"));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Brings a backup's files to a folder. @throws BadBackup when they are not what was dumped. */
export async function fetchFiles(
  vault: Vault,
  { dump, roles }: Manifest,
  folder: string,
  log: Log,
  signal: AbortSignal,
): Promise<LocalFiles> {
  const files = { dump: join(folder, "database.dump"), roles: join(folder, "roles.sql") };
  await vault.download(roles, files.roles, { signal });
  const progress = new Progress(log, "downloaded", dump.bytes);
  await vault.download(dump, files.dump, { progress, signal });
  try {
    await run("pg_restore", ["--list", files.dump]);
  } catch (error) {
    throw new BadBackup(`${dump.key}: ${(error as Error).message}`);
  }
  return files;
}

/** Where a backup is restored: a server and a database on it that does not exist yet. */
export interface Destination {
  /** libpq's variables. */
  environment: NodeJS.ProcessEnv;
  /** Where the driver connects. */
  host: string | undefined;
  user: string | undefined;
  database: string;
}

/** Makes the database with its roles and rights, restores into it and returns what is in it now. */
export async function restoreInto(
  { environment, host, user, database }: Destination,
  files: LocalFiles,
  encoding: string,
  signal: AbortSignal,
): Promise<Facts> {
  const server = { ...(host ? { host } : {}), ...(user ? { user } : {}) };
  const admin = await connect({ ...server, database: "postgres" });
  try {
    await admin.query(
      `CREATE DATABASE ${admin.escapeIdentifier(database)} TEMPLATE template0 ENCODING ${admin.escapeLiteral(encoding)}`,
    );
  } finally {
    await admin.end();
  }
  const client = await connect({ ...server, database });
  try {
    await client.query(await readFile(files.roles, "utf8"));
    await becomeOwners(client);
    const args = [
      "--exit-on-error",
      "--no-password",
      "--jobs=2",
      `--dbname=${database}`,
      files.dump,
    ];
    await run("pg_restore", args, { env: environment, signal });
    // Without it the planner knows nothing about the new tables.
    await client.query("ANALYZE");
    return await readFacts(client);
  } finally {
    await client.end();
  }
}

/** A master user of RDS is no superuser: it must be a member of a role to give it a table. */
async function becomeOwners(client: Awaited<ReturnType<typeof connect>>): Promise<void> {
  const { rows } = await client.query(
    `SELECT format('GRANT %I TO CURRENT_USER', r.rolname) AS statement
       FROM pg_roles r, pg_roles me
      WHERE me.rolname = current_user AND NOT me.rolsuper AND NOT r.rolsuper
        AND r.rolname !~ '^(pg_|rds)' AND r.oid <> me.oid AND NOT pg_has_role(r.oid, 'MEMBER')`,
  );
  for (const { statement } of rows) await client.query(statement);
}

/** @throws BadBackup with every difference. */
export function requireEqual({ id, facts }: Manifest, restored: Facts): void {
  const different = differences(facts, restored);
  if (different.length > 0) throw new BadBackup(`${id}: ${different.join("; ")}`);
}
