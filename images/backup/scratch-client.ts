import { setTimeout } from "node:timers/promises";
import { escapeIdentifier, type Client } from "pg";
import { connect, libpqEnvironment, runAll, runEach, type ServerAddress } from "./database";
import { BadBackup } from "./errors";
import { readFacts } from "./facts";
import type { Log } from "./log";
import type { Facts, Manifest, Roles } from "./manifest";
import { restoreDump, rightsWith } from "./restored";
import {
  databaseSettingStatements,
  grantStatements,
  readRoles,
  roleSettingStatements,
  roleStatements,
  sandboxed,
} from "./roles";
import { done } from "./scratch";
import { freeBytes, requireFree, scratchRoles, type ScratchPasswords } from "./scratch-server";

/** Where a scratch server is. */
export interface ScratchAddress {
  host: string;
  port: number;
  passwords: ScratchPasswords;
}

/** A restored database is rarely more than this many times its size on the server: indexes are rebuilt, no bloat. */
const room = 1.2;
/** Longest wait for a scratch server, ms: its pod may need a node that has to be started first. */
const patience = 15 * 60_000;
/** Between two tries to reach it, ms. */
const pause = 1_000;

/**
 * Restores a backup on a scratch server and returns what is in it then. Its roles are made by the
 * server's owner, who never enters the restored database; all else is done and read by the restorer.
 *
 * @throws BadBackup when it has a role under a name that is the server's own
 */
export async function restoreOnScratch(
  manifest: Manifest,
  dump: string,
  address: ScratchAddress,
  log: Log,
  signal: AbortSignal,
): Promise<Facts> {
  const { id, database } = manifest;
  const taken = manifest.roles.find(({ name }) =>
    Object.values<string>(scratchRoles).includes(name),
  );
  if (taken)
    throw new BadBackup(`${id}: its role ${taken.name} has the name of a scratch server's own`);
  const owner = await reach(address, log, signal);
  try {
    await requireRoom(owner, manifest);
    await runAll(owner, roleStatements(manifest));
    await runEach(owner, roleSettingStatements(manifest), log);
    await makeDatabase(owner, manifest);
    const inside = restorerOf(address, database);
    await restoreDump(dump, inside, signal);
    await runEach(owner, databaseSettingStatements(database, manifest), log);
    const restored = await readInside(inside, manifest, await rolesNow(owner, database));
    await owner.query(`NOTIFY scratch, '${done}'`);
    return restored;
  } finally {
    await owner.end().catch(() => {});
  }
}

/** What a restore on a scratch server has to equal: all but what a sandbox must not make. */
export function expectedOnScratch(manifest: Manifest): Facts {
  return { ...manifest.facts, rights: rightsWith(manifest.facts.rights, sandboxed(manifest)) };
}

/** The owner's session lasts as long as the restore: the server ends with it. */
async function reach({ host, port, passwords }: ScratchAddress, log: Log, signal: AbortSignal) {
  const until = Date.now() + patience;
  for (let tries = 0; ; tries += 1)
    try {
      return await connect({
        host,
        port,
        user: scratchRoles.owner,
        password: passwords.owner,
        database: "postgres",
        ssl: false,
      });
    } catch (error) {
      const { code = "", message } = error as NodeJS.ErrnoException;
      // What the server itself says has a code of five characters, and 57P03 is that it still starts.
      if (/^(?!57P03)[0-9A-Z]{5}$/.test(code) || Date.now() > until)
        throw new Error(`scratch server ${host}: ${message}`, { cause: error });
      if (tries === 0) log.info("waiting for the scratch server", { host, port });
      await setTimeout(pause, undefined, { signal });
    }
}

async function requireRoom(owner: Client, { databaseBytes }: Manifest): Promise<void> {
  const { rows } = await owner.query<{ free: string }>("SELECT current_setting($1) AS free", [
    freeBytes,
  ]);
  requireFree("the scratch server", Number(rows[0]!.free), room * databaseBytes);
}

async function makeDatabase(owner: Client, manifest: Manifest): Promise<void> {
  const { database, server, roles } = manifest;
  const restorer = scratchRoles.restorer;
  for (const { name } of roles) await owner.query(`GRANT ${escapeIdentifier(name)} TO ${restorer}`);
  await owner.query(
    `CREATE DATABASE ${escapeIdentifier(database)} OWNER ${restorer} TEMPLATE template0 ENCODING ${owner.escapeLiteral(server.encoding)}`,
  );
  await runAll(owner, grantStatements(database, manifest));
}

async function readInside(
  { client: config }: ServerAddress,
  { lacking }: Manifest,
  roles: Roles,
): Promise<Facts> {
  const client = await connect(config);
  try {
    return await readFacts(client, roles, lacking);
  } finally {
    await client.end().catch(() => {});
  }
}

async function rolesNow(owner: Client, database: string): Promise<Roles> {
  const now = await readRoles(owner, database);
  return { ...now, roles: now.roles.filter(({ name }) => name !== scratchRoles.restorer) };
}

function restorerOf({ host, port, passwords }: ScratchAddress, database: string): ServerAddress {
  const [user, password] = [scratchRoles.restorer, passwords.restorer];
  return {
    database,
    client: { host, port, user, password, database, ssl: false },
    environment: libpqEnvironment({
      PGHOST: host,
      PGPORT: String(port),
      PGUSER: user,
      PGPASSWORD: password,
      PGSSLMODE: "disable",
    }),
  };
}
