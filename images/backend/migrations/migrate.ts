import { createHash } from "node:crypto";
import type { PoolClient } from "pg";
import type { Database } from "../database";
import { log } from "../log";
import initial from "./0001-initial.sql";

/** In order. One that was released is never changed: a later one expands or, a release later, contracts. */
const migrations = [{ name: "0001-initial", sql: initial }];

/** Any number that no other program locks: two processes never migrate at once. */
const lock = 3_120_001;

/**
 * Brings the schema up to date, each migration in a transaction of its own. Repeating it changes
 * nothing. It needs the schema's owner, on a direct connection.
 *
 * @param readers roles that get what the bootstrap's default privileges would give them; empty in
 *   an account, where these exist.
 * @throws when a released migration was changed.
 */
export async function migrate(
  database: Database,
  readers: { app?: string; readOnly?: string } = {},
): Promise<void> {
  await database.transaction(async (client) => {
    await lockMigrations(client);
    // CREATE … IF NOT EXISTS wants the right to create even where there is nothing to do.
    const { rows } = await client.query("SELECT to_regnamespace('minixdr') IS NULL AS missing");
    if (rows[0].missing) await client.query("CREATE SCHEMA minixdr");
    await client.query(
      `CREATE TABLE IF NOT EXISTS minixdr.schema_migrations
         (name text PRIMARY KEY, sha256 text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())`,
    );
  });
  for (const { name, sql } of migrations)
    await database.transaction((client) => applyOnce(client, name, sql));
  if (readers.app)
    await grant(database, readers.app, "SELECT, INSERT, UPDATE, DELETE ON ALL TABLES");
  if (readers.readOnly) await grant(database, readers.readOnly, "SELECT ON ALL TABLES");
  log.info("the schema is up to date", { migrations: migrations.length });
}

async function applyOnce(client: PoolClient, name: string, sql: string): Promise<void> {
  await lockMigrations(client);
  const sha256 = createHash("sha256").update(sql).digest("hex");
  const { rows } = await client.query(
    "SELECT sha256 FROM minixdr.schema_migrations WHERE name = $1",
    [name],
  );
  if (rows[0]) {
    if (rows[0].sha256 !== sha256)
      throw new Error(`migration ${name} was changed after its release; add another one`);
    return;
  }
  await client.query(sql);
  await client.query("INSERT INTO minixdr.schema_migrations (name, sha256) VALUES ($1, $2)", [
    name,
    sha256,
  ]);
  log.info("migrated", { name });
}

/** Until the transaction ends. Another process's migration may take longer than the role's lock_timeout. */
async function lockMigrations(client: PoolClient): Promise<void> {
  await client.query("SET LOCAL lock_timeout = '5min'");
  await client.query("SELECT pg_advisory_xact_lock($1)", [lock]);
  await client.query("SET LOCAL lock_timeout = '10s'");
}

async function grant(database: Database, role: string, what: string): Promise<void> {
  const name = `"${role.replaceAll('"', '""')}"`;
  await database.query(`GRANT USAGE ON SCHEMA minixdr TO ${name}`);
  await database.query(`GRANT ${what} IN SCHEMA minixdr TO ${name}`);
}
