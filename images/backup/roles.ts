import type { Client } from "pg";
import { ownRole } from "./facts";

/** Settings whose value is a list: quoted as a whole they would become one name. */
const listSettings = ["search_path", "temp_tablespaces", "session_preload_libraries"];

const setting = (target: string, source: string, raw: string) => `
  format('${target} SET %I TO %s', ${source}, split_part(${raw}, '=', 1),
    CASE WHEN split_part(${raw}, '=', 1) = ANY ('{${listSettings}}') THEN substr(${raw}, strpos(${raw}, '=') + 1)
         ELSE quote_literal(substr(${raw}, strpos(${raw}, '=') + 1)) END)`;

/**
 * SQL that makes the roles that are missing, their memberships, and the rights on the database it
 * runs in. pg_dump leaves these out, and what pg_dumpall writes a master user of RDS, who is no
 * superuser, may not run. Passwords are not in it: the bootstrap release sets them.
 */
export async function rolesScript(client: Client): Promise<string> {
  const { rows } = await client.query<{ statement: string }>(
    `SELECT statement FROM (
       SELECT 1 AS step, r.rolname AS name, format(
         'DO $do$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = %L) THEN CREATE ROLE %I WITH %s %s %s %s CONNECTION LIMIT %s; %s END IF; END $do$;',
         r.rolname, r.rolname,
         CASE WHEN r.rolcanlogin THEN 'LOGIN' ELSE 'NOLOGIN' END,
         CASE WHEN r.rolinherit THEN 'INHERIT' ELSE 'NOINHERIT' END,
         CASE WHEN r.rolcreatedb THEN 'CREATEDB' ELSE 'NOCREATEDB' END,
         CASE WHEN r.rolcreaterole THEN 'CREATEROLE' ELSE 'NOCREATEROLE' END,
         r.rolconnlimit,
         (SELECT string_agg(${setting("ALTER ROLE %I", "r.rolname", "c")} || ';', ' ') FROM unnest(r.rolconfig) c)
       ) AS statement
         FROM pg_roles r WHERE ${ownRole("r")}
       UNION ALL
       SELECT 2, m.rolname, format('GRANT %I TO %I%s;', r.rolname, m.rolname,
         CASE WHEN a.admin_option THEN ' WITH ADMIN OPTION' ELSE '' END)
         FROM pg_auth_members a JOIN pg_roles r ON r.oid = a.roleid JOIN pg_roles m ON m.oid = a.member
        WHERE ${ownRole("m")} AND (${ownRole("r")} OR r.rolname LIKE 'pg\\_%')
       UNION ALL
       SELECT 3, '', 'DO $do$ BEGIN EXECUTE format(''REVOKE ALL ON DATABASE %I FROM PUBLIC'', current_database()); END $do$;'
         FROM pg_database d WHERE d.datname = current_database() AND d.datacl IS NOT NULL
       UNION ALL
       SELECT 4, coalesce(g.rolname, ''), format(
         'DO $do$ BEGIN EXECUTE format(''GRANT %s ON DATABASE %%I TO %s%s'', current_database()); END $do$;',
         a.privilege_type, coalesce(replace(quote_ident(g.rolname), '%', '%%'), 'PUBLIC'),
         CASE WHEN a.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END)
         FROM pg_database d, aclexplode(d.datacl) a LEFT JOIN pg_roles g ON g.oid = a.grantee
        WHERE d.datname = current_database() AND a.grantee <> d.datdba AND (g.oid IS NULL OR ${ownRole("g")})
     ) statements ORDER BY step, name, statement`,
  );
  return rows.map(({ statement }) => `${statement}\n`).join("");
}
