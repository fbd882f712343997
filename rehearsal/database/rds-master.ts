import { scramVerifier } from "../../lib/scram-verifier";
import type { Login } from "./logins";

/**
 * What stands for RDS's part of a new database: its master user, as "Understanding the rds_superuser
 * role" (Amazon RDS User Guide) defines it: no superuser, and of `rds_superuser`'s rights those that
 * PostgreSQL has itself. So it sets no parameter that is for superusers.
 *
 * Left out: what RDS's own server lets that role do beyond it, such as make extensions, and that it
 * closes pg_authid even to who may read everything (PgBouncer, doc/config.md, "Note on managed
 * servers"). What works here needs neither: of the extension rds_tools, {@link rdsTools} stands for
 * what the bootstrap finds there.
 */
export function rdsMaster(master: Login, database: string): string[] {
  const { username } = master;
  return [
    "CREATE ROLE rds_superuser NOLOGIN",
    "GRANT pg_monitor, pg_signal_backend, pg_checkpoint TO rds_superuser WITH ADMIN OPTION",
    `CREATE ROLE ${username} LOGIN NOSUPERUSER INHERIT CREATEDB CREATEROLE NOREPLICATION VALID UNTIL 'infinity'`,
    `GRANT rds_superuser TO ${username}`,
    masterPassword(master),
    `CREATE DATABASE ${database} OWNER ${username}`,
  ];
}

/** RDS's part of a change of the master's password. */
export function masterPassword({ username, password }: Login): string {
  return `ALTER ROLE ${username} PASSWORD '${scramVerifier(username, password)}'`;
}

/**
 * What stands for RDS's extension rds_tools, in the database `postgres`: the list of a cluster's
 * instances and nothing else, with the columns `id`, `endpoint` and `port`
 * (aws-advanced-nodejs-wrapper, rds_multi_az_pg_database_dialect.ts). The master may pass rights on
 * it on, and nobody else has any. It is no extension, so that the bootstrap's `CREATE EXTENSION` has
 * nothing to make; that it is made where a server has it, the bootstrap's own test shows.
 */
export function rdsTools(master: Login, endpoints: string[]): string[] {
  return [
    "CREATE SCHEMA rds_tools",
    `GRANT USAGE ON SCHEMA rds_tools TO ${master.username} WITH GRANT OPTION`,
    rdsMembers(endpoints),
    "REVOKE EXECUTE ON FUNCTION rds_tools.show_topology FROM PUBLIC",
    `GRANT EXECUTE ON FUNCTION rds_tools.show_topology TO ${master.username} WITH GRANT OPTION`,
  ];
}

/** RDS's list of the instances from now on. */
export function rdsMembers(endpoints: string[]): string {
  const rows = endpoints.map((each, index) => `('db-${index}', '${each}', 5432)`).join(", ");
  return `CREATE OR REPLACE FUNCTION rds_tools.show_topology(caller text DEFAULT '')
    RETURNS TABLE (id text, endpoint text, port int) LANGUAGE sql STABLE AS $$ VALUES ${rows} $$`;
}
