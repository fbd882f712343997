import { readFileSync } from "node:fs";
import { Client, type ClientConfig } from "pg";
import { UsageError } from "./errors";

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
    ...(ssl ? { ssl } : {}),
    ...config,
  });
  // A lost connection also rejects the query that runs; without a listener it would end the process.
  client.on("error", () => {});
  await client.connect();
  return client;
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

/** Writes the row by which a restore shows how old its data is. */
export async function writeCanary(client: Client): Promise<void> {
  const { rows } = await client.query(`SELECT to_regnamespace('backup') AS there`);
  if (!rows[0].there)
    throw new UsageError(
      `database ${client.database}: it has no schema backup for the canary row; run the release database-bootstrap again`,
    );
  // Two dumps at once would both try to make the table.
  await client.query("SELECT pg_advisory_lock(hashtext('backup.canary'))");
  await client.query(
    `CREATE TABLE IF NOT EXISTS backup.canary
       (one boolean PRIMARY KEY DEFAULT true CHECK (one), id uuid NOT NULL, written_at timestamptz NOT NULL)`,
  );
  await client.query(
    `INSERT INTO backup.canary (id, written_at) VALUES (gen_random_uuid(), clock_timestamp())
     ON CONFLICT (one) DO UPDATE SET id = excluded.id, written_at = excluded.written_at`,
  );
  await client.query("SELECT pg_advisory_unlock(hashtext('backup.canary'))");
}

function missing(name: string): never {
  throw new UsageError(
    `${name}: not set, and PGSSLMODE=verify-full needs it; set it to the file of the authorities`,
  );
}
