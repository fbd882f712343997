import { scramVerifier } from "../../lib/scram-verifier";
import type { Login } from "./logins";

/**
 * What stands for RDS's part of a new database: its master user, as "Understanding the rds_superuser
 * role" (Amazon RDS User Guide) defines it: no superuser, and of `rds_superuser`'s rights those that
 * PostgreSQL has itself. So it sets no parameter that is for superusers.
 *
 * Left out: what RDS's own server lets that role do beyond it, such as make extensions, and that it
 * closes pg_authid even to who may read everything (PgBouncer, doc/config.md, "Note on managed
 * servers"). What works here needs neither.
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
