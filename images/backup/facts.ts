import type { Client } from "pg";

/** What is compared between a database and its restored copy. */
export interface Facts {
  /** Rows by table, `schema.table`. */
  rows: Record<string, number>;
  /** Roles, memberships, owners and rights, one per line. */
  rights: string[];
  /** The row that every dump writes just before its snapshot. */
  canary: Canary | null;
}

export interface Canary {
  id: string;
  /** ISO 8601, by the server's clock. */
  writtenAt: string;
}

/** Relations and schemas of the users: not the server's, no extension's. */
const ownSchema = `n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'`;
const notExtension = (catalog: string, oid: string) =>
  `NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = '${catalog}'::regclass AND d.objid = ${oid} AND d.deptype = 'e')`;

/** Roles of the users: neither PostgreSQL's own nor those of RDS nor a superuser. */
export const ownRole = (role: string) =>
  `(${role}.rolname !~ '^(pg_|rds)' AND NOT ${role}.rolsuper)`;

/** Reads all facts; inside one snapshot they belong together. */
export async function readFacts(client: Client): Promise<Facts> {
  return {
    rows: await countRows(client),
    rights: await readRights(client),
    canary: await readCanary(client),
  };
}

async function countRows(client: Client): Promise<Record<string, number>> {
  const tables = await client.query<{ name: string; quoted: string }>(
    `SELECT n.nspname || '.' || c.relname AS name, format('%I.%I', n.nspname, c.relname) AS quoted
       FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE c.relkind = 'r' AND c.relpersistence <> 't' AND ${ownSchema}
        AND ${notExtension("pg_class", "c.oid")}
      ORDER BY 1`,
  );
  const rows: Record<string, number> = {};
  for (const { name, quoted } of tables.rows) {
    const { rows: counted } = await client.query<{ count: string }>(
      `SELECT count(*) FROM ${quoted}`,
    );
    rows[name] = Number(counted[0]!.count);
  }
  return rows;
}

/** Neither grantors, as a restore grants in the owner's name, nor an owner's own rights. */
async function readRights(client: Client): Promise<string[]> {
  const rights = (kind: string, acl: string, owner: string) =>
    `(SELECT coalesce(string_agg(format('%s=%s%s', coalesce(g.rolname, 'PUBLIC'), a.privilege_type,
         CASE WHEN a.is_grantable THEN '*' ELSE '' END), ' ' ORDER BY g.rolname NULLS FIRST, a.privilege_type), '')
        FROM aclexplode(coalesce(${acl}, acldefault('${kind}', ${owner}))) a
        LEFT JOIN pg_roles g ON g.oid = a.grantee
       WHERE a.grantee <> ${owner} AND (g.oid IS NULL OR NOT g.rolsuper))`;
  const owner = (oid: string) =>
    `(SELECT CASE WHEN o.rolsuper THEN 'superuser' ELSE o.rolname END FROM pg_roles o WHERE o.oid = ${oid})`;
  const { rows } = await client.query<{ line: string }>(
    `SELECT format('role %s login=%s createdb=%s createrole=%s limit=%s %s', r.rolname, r.rolcanlogin,
            r.rolcreatedb, r.rolcreaterole, r.rolconnlimit, array_to_string(r.rolconfig, ' ')) AS line
       FROM pg_roles r WHERE ${ownRole("r")}
     UNION ALL
     SELECT format('member %s of %s', m.rolname, r.rolname)
       FROM pg_auth_members a JOIN pg_roles r ON r.oid = a.roleid JOIN pg_roles m ON m.oid = a.member
      WHERE ${ownRole("m")} AND (${ownRole("r")} OR r.rolname LIKE 'pg\\_%')
     UNION ALL
     SELECT format('database %s', ${rights("d", "d.datacl", "d.datdba")})
       FROM pg_database d WHERE d.datname = current_database()
     UNION ALL
     SELECT format('schema %s owner=%s %s', n.nspname, ${owner("n.nspowner")}, ${rights("n", "n.nspacl", "n.nspowner")})
       FROM pg_namespace n WHERE ${ownSchema}
     UNION ALL
     SELECT format('relation %s.%s owner=%s %s', n.nspname, c.relname, ${owner("c.relowner")},
            CASE c.relkind WHEN 'S' THEN ${rights("s", "c.relacl", "c.relowner")}
                           ELSE ${rights("r", "c.relacl", "c.relowner")} END)
       FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE c.relkind IN ('r', 'p', 'v', 'm', 'S', 'f') AND c.relpersistence <> 't' AND ${ownSchema}
        AND ${notExtension("pg_class", "c.oid")}
     UNION ALL
     SELECT format('function %s owner=%s %s', p.oid::regprocedure, ${owner("p.proowner")}, ${rights("f", "p.proacl", "p.proowner")})
       FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
      WHERE ${ownSchema} AND ${notExtension("pg_proc", "p.oid")}
     UNION ALL
     SELECT format('default %s in %s for %s: %s', d.defaclobjtype, coalesce(n.nspname, 'any'), o.rolname,
            (SELECT string_agg(format('%s=%s', coalesce(g.rolname, 'PUBLIC'), a.privilege_type), ' '
                    ORDER BY g.rolname NULLS FIRST, a.privilege_type)
               FROM aclexplode(d.defaclacl) a LEFT JOIN pg_roles g ON g.oid = a.grantee))
       FROM pg_default_acl d JOIN pg_roles o ON o.oid = d.defaclrole
       LEFT JOIN pg_namespace n ON n.oid = d.defaclnamespace
      ORDER BY 1`,
  );
  return rows.map(({ line }) => line.trim());
}

async function readCanary(client: Client): Promise<Canary | null> {
  const there = await client.query(`SELECT to_regclass('backup.canary') AS oid`);
  if (!there.rows[0].oid) return null;
  const { rows } = await client.query<{ id: string; written_at: Date }>(
    "SELECT id, written_at FROM backup.canary",
  );
  return rows[0] ? { id: rows[0].id, writtenAt: rows[0].written_at.toISOString() } : null;
}

/** What differs, one line each; empty when the two are equal. */
export function differences(expected: Facts, actual: Facts): string[] {
  const tables = new Set([...Object.keys(expected.rows), ...Object.keys(actual.rows)]);
  const rows = [...tables]
    .filter((table) => expected.rows[table] !== actual.rows[table])
    .map(
      (t) =>
        `rows of ${t}: ${expected.rows[t] ?? "no table"} dumped, ${actual.rows[t] ?? "no table"} restored`,
    );
  const missing = expected.rights.filter((line) => !actual.rights.includes(line));
  const extra = actual.rights.filter((line) => !expected.rights.includes(line));
  const canary =
    expected.canary?.id === actual.canary?.id
      ? []
      : [
          `canary: ${expected.canary?.id ?? "none"} dumped, ${actual.canary?.id ?? "none"} restored`,
        ];
  return [
    ...rows,
    ...missing.map((line) => `rights not restored: ${line}`),
    ...extra.map((line) => `rights that were not dumped: ${line}`),
    ...canary,
  ];
}
