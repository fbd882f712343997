import { readFileSync } from "node:fs";
import { Client, type ClientConfig } from "pg";
import { UsageError } from "./errors";
import type { Log } from "./log";

/**
 * In every session of ours a name means PostgreSQL's own object, and nothing is read-only, hurried or
 * written in another way, whatever the role or the database has stored: an option of the connection
 * outranks both (PostgreSQL 15, "Setting Parameters").
 */
const pinned = [
  "search_path=pg_catalog,pg_temp",
  "statement_timeout=0",
  "idle_in_transaction_session_timeout=0",
  "default_transaction_read_only=off",
  "datestyle=ISO",
]
  .map((setting) => `-c ${setting}`)
  .join(" ");

/**
 * A connection by libpq's own variables (PGHOST, PGUSER, PGSSLMODE, …), as pg_dump makes it. The
 * driver does not know `verify-full` and PGSSLROOTCERT, so they are translated here.
 */
export async function connect(config: ClientConfig = {}): Promise<Client> {
  const { PGSSLMODE, PGSSLROOTCERT } = process.env;
  const ssl =
    PGSSLMODE === "verify-full"
      ? { ca: readFileSync(PGSSLROOTCERT ?? missing("PGSSLROOTCERT"), "utf8") }
      : undefined;
  const client = new Client({
    application_name: "mini-xdr-backup",
    connectionTimeoutMillis: 10_000,
    keepAlive: true,
    options: optionsWith(process.env.PGOPTIONS),
    ...(ssl ? { ssl } : {}),
    ...config,
  });
  // A lost connection also rejects the query that runs; without a listener it would end the process.
  client.on("error", () => {});
  await client.connect();
  return client;
}

/**
 * The whole environment of PostgreSQL's own programs: how they reach the server, and nothing else of
 * this process. What a hostile database makes them run finds no credentials of AWS.
 */
export function libpqEnvironment(variables: NodeJS.ProcessEnv = process.env): NodeJS.ProcessEnv {
  const reached = Object.entries(variables).filter(([name]) => /^PG(?!_BIN$)/.test(name));
  return {
    PATH: process.env.PATH,
    LC_ALL: "C.UTF-8",
    ...Object.fromEntries(reached),
    PGOPTIONS: optionsWith(variables.PGOPTIONS),
  };
}

function optionsWith(given?: string): string {
  return given ? `${given} ${pinned}` : pinned;
}

/**
 * For sessions that only read what others have made: no view and no policy is run, so no function of
 * theirs either (PostgreSQL 15.8, CVE-2024-7348; older servers lack the first setting).
 */
export async function runNothing(client: Client): Promise<void> {
  await client.query(
    `SELECT set_config(name, 'view, foreign-table', false) FROM pg_settings
      WHERE name = 'restrict_nonsystem_relation_kind'`,
  );
  await client.query("SET row_security = off");
}

/** A database as both driver and libpq reach it, as the same role. */
export interface ServerAddress {
  database: string;
  client: ClientConfig;
  /** Whole environment of PostgreSQL's programs. */
  environment: NodeJS.ProcessEnv;
}

/** One statement, and what it does in words. */
export interface Statement {
  sql: string;
  does: string;
}

/** Runs all of them. @throws Error that says which one failed */
export async function runAll(client: Client, statements: Statement[]): Promise<void> {
  for (const { sql, does } of statements)
    await client.query(sql).catch((error: Error) => {
      throw new Error(`${does}: ${error.message}`, { cause: error });
    });
}

/** Runs what it can of them; what fails is logged, and seen when the outcome is compared. */
export async function runEach(client: Client, statements: Statement[], log: Log): Promise<void> {
  for (const { sql, does } of statements)
    await client
      .query(sql)
      .catch(({ message }: Error) => log.info("not possible here", { does, reason: message }));
}

/** The server behind a connection. */
export interface Server {
  /** 15 for 15.18. */
  major: number;
  version: string;
  encoding: string;
  database: string;
  databaseBytes: number;
}

export async function readServer(client: Client): Promise<Server> {
  const { rows } = await client.query(
    `SELECT current_setting('server_version_num')::int / 10000 AS major,
            current_setting('server_version') AS version, current_setting('server_encoding') AS encoding,
            current_database() AS database, pg_database_size(current_database())::text AS bytes`,
  );
  const { bytes, ...server } = rows[0];
  return { ...server, databaseBytes: Number(bytes) };
}

/** Longest wait for a lock before the dump gives up, ms: who holds it has been told to end by then. */
export const lockPatience = 120_000;

/** Writes the row by which a restore shows how old its data is. */
export async function writeCanary(client: Client): Promise<void> {
  const { rows } = await client.query(`SELECT to_regnamespace('backup') AS there`);
  if (!rows[0].there)
    throw new UsageError(
      `database ${client.database}: it has no schema backup for the canary row; run the release database-bootstrap again`,
    );
  await client.query(`SET lock_timeout = ${lockPatience}`);
  await client.query(
    `CREATE TABLE IF NOT EXISTS backup.canary
       (one boolean PRIMARY KEY DEFAULT true CHECK (one), id uuid NOT NULL, written_at timestamptz NOT NULL)`,
  );
  await client.query(
    `INSERT INTO backup.canary (id, written_at) VALUES (gen_random_uuid(), clock_timestamp())
     ON CONFLICT (one) DO UPDATE SET id = excluded.id, written_at = excluded.written_at`,
  );
}

function missing(name: string): never {
  throw new UsageError(
    `${name}: not set, and PGSSLMODE=verify-full needs it; set it to the file of the authorities`,
  );
}
