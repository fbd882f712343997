import { setTimeout } from "node:timers/promises";
import type { Client } from "pg";
import { connect } from "./database";
import type { Log } from "./log";
import { inFolder } from "./restored";
import { ScratchServer, scratchRoles, type ScratchPasswords } from "./scratch-server";

/** What a verification says when it has read all that it wants. */
export const done = "done";
/** Longest that a server waits for its verification, ms: a node may have to be started for that one. */
const patience = 30 * 60_000;
/** Between two looks whether it is still there, ms. */
const pause = 2_000;

export interface ScratchOptions {
  /** Folder with room for the restored database. */
  work: string;
  port: number;
  passwords: ScratchPasswords;
  log: Log;
  signal: AbortSignal;
}

/**
 * Serves an empty PostgreSQL to one verification and ends with it. Whatever the backup brings runs
 * here: in a pod without identity, token, secrets of the live database or a way out.
 *
 * @throws Error when no verification comes, or it goes away without a word: its next try needs a new server.
 */
export async function scratch({
  work,
  port,
  passwords,
  log,
  signal,
}: ScratchOptions): Promise<void> {
  await inFolder(work, async (folder) => {
    const server = await ScratchServer.start(folder, port, passwords, signal);
    try {
      const client = await connect({
        host: folder,
        port,
        user: scratchRoles.owner,
        password: passwords.owner,
        database: "postgres",
        ssl: false,
      });
      try {
        await makeRestorer(client, passwords.restorer);
        log.info("waiting for a verification", { port });
        const ended = server.running.done.then(() =>
          Promise.reject(new Error("postgres: it ended")),
        );
        await Promise.race([used(client, signal), ended]);
        log.info("verified, all of it goes");
      } finally {
        await client.end().catch(() => {});
      }
    } finally {
      await server.stop();
    }
  });
}

async function makeRestorer(client: Client, password: string): Promise<void> {
  await client.query(
    `CREATE ROLE ${scratchRoles.restorer} LOGIN NOSUPERUSER NOCREATEROLE NOCREATEDB PASSWORD ${client.escapeLiteral(password)}`,
  );
}

/** Resolves when a verification says that it is done; what its sessions are has no event, so it is polled. */
async function used(client: Client, signal: AbortSignal): Promise<void> {
  let said = false;
  client.on("notification", ({ payload }) => (said ||= payload === done));
  await client.query("LISTEN scratch");
  const until = Date.now() + patience;
  let seen = false;
  while (!said) {
    const { rows } = await client.query<{ there: boolean }>(
      `SELECT EXISTS (SELECT FROM pg_stat_activity WHERE usename = $1 AND client_addr IS NOT NULL) AS there`,
      [scratchRoles.owner],
    );
    if (said) return;
    if (seen && !rows[0]!.there)
      throw new Error("the verification went away; a new one needs a new server");
    seen ||= rows[0]!.there;
    if (!seen && Date.now() > until) throw new Error("no verification came within 30 minutes");
    await setTimeout(pause, undefined, { signal });
  }
}
