import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { connect, type ServerAddress } from "./database";
import { BadBackup } from "./errors";
import { Progress, type Log } from "./log";
import type { Manifest, Roles } from "./manifest";
import { run } from "./programs";
import { roleLines } from "./roles";
import type { Vault } from "./vault";

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

/** Brings a backup's dump to a folder. @throws BadBackup when it is not what was dumped. */
export async function fetchDump(
  vault: Vault,
  { dump }: Manifest,
  folder: string,
  log: Log,
  signal: AbortSignal,
): Promise<string> {
  const file = join(folder, "database.dump");
  const progress = new Progress(log, "downloaded", dump.bytes);
  await vault.download(dump, file, { progress, signal });
  try {
    await run("pg_restore", ["--list", file]);
  } catch (error) {
    throw new BadBackup(`${dump.key}: ${(error as Error).message}`);
  }
  return file;
}

/** An entry of a dump's table of contents that grants. */
const grants = /^\d+; \d+ \d+ (DEFAULT )?ACL /;

/**
 * Restores a dump into an empty database, as whoever may write there and is a member of all owners.
 *
 * Rights go between data and the rest, so that what is computed anew finds them. What somebody else
 * than the owner has granted is granted in the owner's name: pg_dump writes SET SESSION AUTHORIZATION
 * there, which only superusers may.
 *
 * @param address whose environment is all that pg_restore gets
 */
export async function restoreDump(
  dump: string,
  address: ServerAddress,
  signal: AbortSignal,
): Promise<void> {
  const { database, environment: env } = address;
  const restore = (...args: string[]) =>
    run("pg_restore", ["--exit-on-error", "--no-password", ...args, dump], { env, signal });
  const into = ["--no-privileges", "--jobs=2", `--dbname=${dbname(database)}`];
  await restore(...into, "--section=pre-data", "--section=data");
  const contents = await run("pg_restore", ["--list", dump], { env });
  const list = join(dirname(dump), "grants.list");
  await writeFile(
    list,
    contents
      .split("\n")
      .filter((line) => grants.test(line))
      .join("\n"),
  );
  const script = await restore(`--use-list=${list}`, "--file=-");
  const client = await connect(address.client);
  try {
    await client.query(inOwnersName(script));
  } finally {
    await client.end().catch(() => {});
  }
  await restore(...into, "--section=post-data");
  await analyze(address);
}

/** Without it the planner knows nothing about the new tables. */
async function analyze(address: ServerAddress): Promise<void> {
  const client = await connect(address.client);
  try {
    await client.query("ANALYZE");
  } finally {
    await client.end().catch(() => {});
  }
}

/**
 * A script of grants for who is a member of the owners; and for a driver, not psql, whose own
 * commands newer scripts have at both ends.
 */
export function inOwnersName(script: string): string {
  return script
    .replaceAll(/^\\(un)?restrict \w+$/gm, "")
    .replaceAll(/^(SET SESSION AUTHORIZATION .*|RESET SESSION AUTHORIZATION);$/gm, "");
}

/** As a connection string: a name with `=` in it would be taken for one. */
function dbname(name: string): string {
  return `dbname='${name.replaceAll(/['\\]/g, String.raw`\$&`)}'`;
}

/** The lines about what is inside the database, and those about these roles. */
export function rightsWith(rights: string[], roles: Roles): string[] {
  return [...rights.filter((line) => !/^(role|member|database) /.test(line)), ...roleLines(roles)];
}
