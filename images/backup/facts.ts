import type { Client } from "pg";
import { runNothing } from "./database";
import type { Canary, Facts, Roles } from "./manifest";
import { roleLines, settingLines } from "./roles";

/** What differs, one line each, by what follows from it. */
export interface Differences {
  /** Rows, rights, canary: the backup is not what was dumped. */
  data: string[];
  /** The data is whole, and a role or the database behaves otherwise. */
  settings: string[];
}

/** Relations and schemas of the users: not the server's, no extension's. */
const ownSchema = `n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'`;
const notExtension = (catalog: string, oid: string) =>
  `NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = '${catalog}'::regclass AND d.objid = ${oid} AND d.deptype = 'e')`;

/** A table with data of its own, and why this role cannot read it; null: it can. */
export interface Table {
  /** `schema.table`, quoted where SQL needs it. */
  name: string;
  /** Each part quoted, for an option of pg_dump. */
  pattern: string;
  unreadable: "denied" | "policies" | null;
}

/** The tables of a database that have rows. No row is read. */
export async function readTables(client: Client): Promise<Table[]> {
  const quoted = (name: string) => `'"' || replace(${name}, '"', '""') || '"'`;
  const { rows } = await client.query<Table>(
    `SELECT format('%I.%I', n.nspname, c.relname) AS name,
            ${quoted("n.nspname")} || '.' || ${quoted("c.relname")} AS pattern,
            CASE WHEN NOT (has_schema_privilege(n.oid, 'USAGE') AND has_table_privilege(c.oid, 'SELECT')) THEN 'denied'
                 WHEN row_security_active(c.oid) THEN 'policies' END AS unreadable
       FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE c.relkind = 'r' AND c.relpersistence <> 't' AND ${ownSchema}
        AND ${notExtension("pg_class", "c.oid")}
      ORDER BY 1`,
  );
  return rows;
}

/** What is in the database; inside one snapshot it belongs together. `lacking`: tables that are not counted. */
export async function readFacts(
  client: Client,
  roles: Roles,
  lacking: string[] = [],
): Promise<Facts> {
  await runNothing(client);
  return {
    rows: await countRows(client, lacking),
    rights: [...(await readRights(client)), ...roleLines(roles)],
    settings: settingLines(roles),
    canary: await readCanary(client),
  };
}

async function countRows(client: Client, lacking: string[]): Promise<Record<string, number>> {
  const rows: Record<string, number> = {};
  for (const { name } of await readTables(client)) {
    if (lacking.includes(name)) continue;
    const { rows: counted } = await client.query<{ count: string }>(
      `SELECT count(*) FROM ONLY ${name}`,
    );
    rows[name] = Number(counted[0]!.count);
  }
  return rows;
}

/** Neither grantors, as a restore grants in the owner's name, nor an owner's own rights. */
async function readRights(client: Client): Promise<string[]> {
  const grants = (acl: string, owner: string) =>
    `(SELECT coalesce(string_agg(format('%s=%s%s', coalesce(quote_ident(g.rolname), 'PUBLIC'), a.privilege_type,
         CASE WHEN a.is_grantable THEN '*' ELSE '' END), ' ' ORDER BY g.rolname NULLS FIRST, a.privilege_type), '')
        FROM aclexplode(${acl}) a LEFT JOIN pg_roles g ON g.oid = a.grantee
       WHERE a.grantee <> ${owner} AND (g.oid IS NULL OR NOT g.rolsuper))`;
  const rights = (kind: string, acl: string, owner: string) =>
    grants(`coalesce(${acl}, acldefault('${kind}', ${owner}))`, owner);
  const owner = (oid: string) =>
    `(SELECT CASE WHEN o.rolsuper THEN 'superuser' ELSE quote_ident(o.rolname) END FROM pg_roles o WHERE o.oid = ${oid})`;
  const { rows } = await client.query<{ line: string }>(
    `SELECT format('schema %I owner=%s %s', n.nspname, ${owner("n.nspowner")}, ${rights("n", "n.nspacl", "n.nspowner")}) AS line
       FROM pg_namespace n WHERE ${ownSchema}
     UNION ALL
     SELECT format('relation %I.%I owner=%s %s', n.nspname, c.relname, ${owner("c.relowner")},
            CASE c.relkind WHEN 'S' THEN ${rights("s", "c.relacl", "c.relowner")}
                           ELSE ${rights("r", "c.relacl", "c.relowner")} END)
       FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE c.relkind IN ('r', 'p', 'v', 'm', 'S', 'f') AND c.relpersistence <> 't' AND ${ownSchema}
        AND ${notExtension("pg_class", "c.oid")}
     UNION ALL
     SELECT format('column %I.%I.%I %s', n.nspname, c.relname, t.attname, ${grants("t.attacl", "c.relowner")})
       FROM pg_attribute t JOIN pg_class c ON c.oid = t.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE cardinality(t.attacl) > 0 AND NOT t.attisdropped AND ${ownSchema} AND ${notExtension("pg_class", "c.oid")}
     UNION ALL
     SELECT format('type %I.%I owner=%s %s', n.nspname, t.typname, ${owner("t.typowner")}, ${rights("T", "t.typacl", "t.typowner")})
       FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
      WHERE (t.typtype IN ('d', 'e', 'r') OR EXISTS (SELECT FROM pg_class c WHERE c.oid = t.typrelid AND c.relkind = 'c'))
        AND ${ownSchema} AND ${notExtension("pg_type", "t.oid")}
     UNION ALL
     SELECT format('function %s owner=%s %s', p.oid::regprocedure, ${owner("p.proowner")}, ${rights("f", "p.proacl", "p.proowner")})
       FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
      WHERE ${ownSchema} AND ${notExtension("pg_proc", "p.oid")}
     UNION ALL
     SELECT format('default %s in %s for %I: %s', d.defaclobjtype, coalesce(quote_ident(n.nspname), 'any'), o.rolname,
            (SELECT string_agg(format('%s=%s%s', coalesce(quote_ident(g.rolname), 'PUBLIC'), a.privilege_type,
                    CASE WHEN a.is_grantable THEN '*' ELSE '' END), ' ' ORDER BY g.rolname NULLS FIRST, a.privilege_type)
               FROM aclexplode(d.defaclacl) a LEFT JOIN pg_roles g ON g.oid = a.grantee))
       FROM pg_default_acl d JOIN pg_roles o ON o.oid = d.defaclrole
       LEFT JOIN pg_namespace n ON n.oid = d.defaclnamespace
      ORDER BY 1`,
  );
  return rows.map(({ line }) => line.trim());
}

async function readCanary(client: Client): Promise<Canary | null> {
  const there = await client.query(
    `SELECT FROM pg_class WHERE oid = to_regclass('backup.canary') AND relkind = 'r'`,
  );
  if (!there.rowCount) return null;
  const { rows } = await client.query<{ id: string; written_at: Date }>(
    "SELECT id, written_at FROM backup.canary",
  );
  return rows[0] ? { id: rows[0].id, writtenAt: rows[0].written_at.toISOString() } : null;
}

/** What differs between what was dumped and what is restored. */
export function differences(expected: Facts, actual: Facts): Differences {
  const tables = new Set([...Object.keys(expected.rows), ...Object.keys(actual.rows)]);
  const rows = [...tables]
    .filter((table) => expected.rows[table] !== actual.rows[table])
    .map(
      (t) =>
        `rows of ${t}: ${expected.rows[t] ?? "no table"} dumped, ${actual.rows[t] ?? "no table"} restored`,
    );
  const canary =
    expected.canary?.id === actual.canary?.id
      ? []
      : [
          `canary: ${expected.canary?.id ?? "none"} dumped, ${actual.canary?.id ?? "none"} restored`,
        ];
  return {
    data: [...rows, ...between("rights", expected.rights, actual.rights), ...canary],
    settings: between("settings", expected.settings, actual.settings),
  };
}

function between(kind: string, expected: string[], actual: string[]): string[] {
  const [dumped, restored] = [new Set(expected), new Set(actual)];
  return [
    ...expected
      .filter((line) => !restored.has(line))
      .map((line) => `${kind} not restored: ${line}`),
    ...actual
      .filter((line) => !dumped.has(line))
      .map((line) => `${kind} that were not dumped: ${line}`),
  ];
}
