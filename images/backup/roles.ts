import { escapeIdentifier, escapeLiteral, type Client } from "pg";
import type { Statement } from "./database";
import { isList, namesOf } from "./identifier-list";
import type { DatabaseSetting, Role, Roles, Setting } from "./manifest";

/** Roles of the users: neither PostgreSQL's own nor those of RDS nor a superuser. */
const ownRole = (role: string) => `(${role}.rolname !~ '^(pg_|rds)' AND NOT ${role}.rolsuper)`;
/** Roles that come with the server, with rights over files, programs and other sessions among them. */
const isPredefined = (role: string) => /^(pg_|rds)/.test(role);

/**
 * Settings of a role that are kept, and characters of each. Whoever may log in may store a gigabyte as
 * a setting of its own, which no manifest, and no memory, has to hold.
 */
const most = { settings: 100, characters: 4096 };
/** One more of both: what is beyond is told by it. */
const bounded = (config: string) =>
  `ARRAY(SELECT left(kept.text, ${most.characters + 1}) FROM unnest(${config}) WITH ORDINALITY kept (text, number)
          WHERE kept.number <= ${most.settings + 1} ORDER BY kept.number)`;

/**
 * Roles, their memberships and settings, and the rights on a database and its settings, which pg_dump
 * leaves out. As data: nothing of it is SQL, and no password is in it.
 *
 * @param database whose rights and settings they are; it need not be the one that is connected
 */
export async function readRoles(client: Client, database: string): Promise<Roles> {
  const roles = await client.query<Omit<Role, "settings"> & { settings: string[] }>(
    `SELECT r.rolname AS name, r.rolcanlogin AS login, r.rolinherit AS inherit, r.rolcreatedb AS createdb,
            r.rolcreaterole AS createrole, r.rolconnlimit AS "connectionLimit",
            coalesce((SELECT json_agg(json_build_object('role', g.rolname, 'admin', a.admin_option) ORDER BY g.rolname)
                        FROM pg_auth_members a JOIN pg_roles g ON g.oid = a.roleid
                       WHERE a.member = r.oid AND NOT g.rolsuper), '[]') AS "memberOf",
            ${bounded("r.rolconfig")} AS settings
       FROM pg_roles r WHERE ${ownRole("r")} ORDER BY r.rolname`,
  );
  const settings = await client.query<{ role: string | null; settings: string[] }>(
    `SELECT r.rolname AS role, ${bounded("s.setconfig")} AS settings
       FROM pg_db_role_setting s JOIN pg_database d ON d.oid = s.setdatabase LEFT JOIN pg_roles r ON r.oid = s.setrole
      WHERE d.datname = $1 AND (s.setrole = 0 OR ${ownRole("r")}) ORDER BY r.rolname NULLS FIRST`,
    [database],
  );
  const unrepresented: string[] = [];
  /** What cannot be made again is named, and left out. */
  const representable = (of: string, stored: string[]) => {
    if (stored.length > most.settings)
      unrepresented.push(`${of}: it has more than ${most.settings} settings`);
    return stored.slice(0, most.settings).flatMap((text) => {
      const setting = parsed(text);
      if (typeof setting !== "string") return [setting];
      unrepresented.push(`${of}: ${setting}`);
      return [];
    });
  };
  return {
    roles: roles.rows.map((role) => ({
      ...role,
      settings: representable(`role ${escapeIdentifier(role.name)}`, role.settings),
    })),
    databaseGrants: await readGrants(client, database),
    databaseSettings: settings.rows.flatMap(({ role, settings: stored }) =>
      representable(
        role === null ? "database" : `role ${escapeIdentifier(role)} in the database`,
        stored,
      ).map((setting) => ({ role, ...setting })),
    ),
    unrepresented,
  };
}

async function readGrants(client: Client, database: string): Promise<Roles["databaseGrants"]> {
  const { rows: acl } = await client.query<{ changed: boolean }>(
    "SELECT datacl IS NOT NULL AS changed FROM pg_database WHERE datname = $1",
    [database],
  );
  if (!acl[0]?.changed) return null;
  const { rows } = await client.query(
    `SELECT g.rolname AS grantee, a.privilege_type AS privilege, a.is_grantable AS grantable
       FROM pg_database d, aclexplode(d.datacl) a LEFT JOIN pg_roles g ON g.oid = a.grantee
      WHERE d.datname = $1 AND a.grantee <> d.datdba AND (a.grantee = 0 OR ${ownRole("g")})
      ORDER BY g.rolname NULLS FIRST, a.privilege_type`,
    [database],
  );
  return rows;
}

/** A stored `name=value`; a text that says why it cannot be set again. */
function parsed(text: string): Setting | string {
  const equals = text.indexOf("=");
  const setting = { name: text.slice(0, equals), value: text.slice(equals + 1) };
  if (text.length > most.characters)
    return `the setting ${JSON.stringify(text.slice(0, Math.min(equals, 64)))} is longer than ${most.characters} characters`;
  // The names that ALTER ROLE takes (PostgreSQL, src/backend/utils/misc/guc.c, valid_custom_variable_name).
  if (equals < 1 || !/^[A-Za-z_][\w$]*(\.[A-Za-z_][\w$]*)*$/.test(setting.name))
    return `the setting ${JSON.stringify(text)} has no name that can be set`;
  if (isList(setting.name) && namesOf(setting.name, setting.value) === undefined)
    return `the setting ${setting.name} is no list of names: ${JSON.stringify(setting.value)}`;
  return setting;
}

/**
 * What makes the roles on a server that has none of them, their settings last. `CREATEROLE` and
 * memberships in PostgreSQL's and RDS's own roles are not made: who has them could end the sandbox.
 */
export function roleStatements({ roles }: Pick<Roles, "roles">): Statement[] {
  const made = roles.map((role) => ({ ...role, quoted: escapeIdentifier(role.name) }));
  return [
    ...made.map(({ quoted, login, inherit, createdb, connectionLimit }) => ({
      sql: [
        `CREATE ROLE ${quoted} WITH NOSUPERUSER NOCREATEROLE NOREPLICATION NOBYPASSRLS`,
        login ? "LOGIN" : "NOLOGIN",
        inherit ? "INHERIT" : "NOINHERIT",
        createdb ? "CREATEDB" : "NOCREATEDB",
        `CONNECTION LIMIT ${Math.trunc(connectionLimit)}`,
      ].join(" "),
      does: `make the role ${quoted}`,
    })),
    ...made.flatMap(({ quoted, memberOf }) =>
      memberOf
        .filter(({ role }) => !isPredefined(role))
        .map(({ role, admin }) => ({
          sql: `GRANT ${escapeIdentifier(role)} TO ${quoted}${admin ? " WITH ADMIN OPTION" : ""}`,
          does: `make ${quoted} a member of ${escapeIdentifier(role)}`,
        })),
    ),
  ];
}

/** What gives the roles their settings. Each may fail by itself: the server may not know the setting. */
export function roleSettingStatements({ roles }: Pick<Roles, "roles">): Statement[] {
  return roles.flatMap(({ name, settings }) =>
    settings.map((setting) => statementOf(`ALTER ROLE ${escapeIdentifier(name)}`, setting)),
  );
}

/** What gives the database its rights. @throws Error at a right that no database has. */
export function grantStatements(
  database: string,
  { databaseGrants }: Pick<Roles, "databaseGrants">,
): Statement[] {
  if (databaseGrants === null) return [];
  const quoted = escapeIdentifier(database);
  return [
    { sql: `REVOKE ALL ON DATABASE ${quoted} FROM PUBLIC`, does: "close the database" },
    ...databaseGrants.map(({ grantee, privilege, grantable }) => {
      if (!["CONNECT", "CREATE", "TEMPORARY"].includes(privilege))
        throw new Error(
          `database ${quoted}: ${JSON.stringify(privilege)} is no right on a database`,
        );
      const to = grantee === null ? "PUBLIC" : escapeIdentifier(grantee);
      return {
        sql: `GRANT ${privilege} ON DATABASE ${quoted} TO ${to}${grantable ? " WITH GRANT OPTION" : ""}`,
        does: `grant ${privilege} to ${to}`,
      };
    }),
  ];
}

/** What gives the database its settings, and roles theirs in it. Each may fail by itself. */
export function databaseSettingStatements(
  database: string,
  { databaseSettings }: Pick<Roles, "databaseSettings">,
): Statement[] {
  const quoted = escapeIdentifier(database);
  return databaseSettings.map(({ role, ...setting }) =>
    statementOf(
      role === null
        ? `ALTER DATABASE ${quoted}`
        : `ALTER ROLE ${escapeIdentifier(role)} IN DATABASE ${quoted}`,
      setting,
    ),
  );
}

function statementOf(alter: string, { name, value }: Setting): Statement {
  const quoted = name.split(".").map(escapeIdentifier).join(".");
  const names = isList(name) ? (namesOf(name, value) ?? [value]) : [value];
  // A list without names is one with an empty name: there is no other way to write it.
  const values = (names.length > 0 ? names : [""]).map(escapeLiteral).join(", ");
  return { sql: `${alter} SET ${quoted} TO ${values}`, does: `${alter} SET ${quoted}` };
}

/** Roles, memberships and rights on the database, one canonical line each. */
export function roleLines({ roles, databaseGrants }: Roles): string[] {
  return [
    ...roles.flatMap((role) => {
      const name = escapeIdentifier(role.name);
      const { login, inherit, createdb, connectionLimit } = role;
      return [
        `role ${name} login=${login} inherit=${inherit} createdb=${createdb} limit=${connectionLimit}`,
        ...(role.createrole ? [`role ${name} may make roles`] : []),
        ...role.memberOf.map(
          (of) => `member ${name} of ${escapeIdentifier(of.role)}${of.admin ? " admin" : ""}`,
        ),
      ];
    }),
    ...(databaseGrants ?? [{ grantee: null, privilege: "by default", grantable: false }]).map(
      ({ grantee, privilege, grantable }) =>
        `database ${grantee === null ? "PUBLIC" : escapeIdentifier(grantee)}=${privilege}${grantable ? "*" : ""}`,
    ),
  ];
}

/** Settings in a form in which equal ones are equal, one line each. */
export function settingLines({ roles, databaseSettings }: Roles): string[] {
  const line = (of: string, { name, value }: Setting) => {
    const names = isList(name) ? namesOf(name, value) : undefined;
    const canonical = names ? names.map(escapeIdentifier).join(", ") : escapeLiteral(value);
    return `${of} sets ${name} to ${canonical}`;
  };
  return [
    ...roles.flatMap(({ name, settings }) =>
      settings.map((setting) => line(`role ${escapeIdentifier(name)}`, setting)),
    ),
    ...databaseSettings.map(({ role, ...setting }: DatabaseSetting) =>
      line(role === null ? "database" : `role ${escapeIdentifier(role)} in the database`, setting),
    ),
  ];
}

/** As much of the roles as a sandbox makes of them; the rest is in the manifest as data alone. */
export function sandboxed<Of extends Pick<Roles, "roles">>(of: Of): Of {
  return {
    ...of,
    roles: of.roles.map((role) => ({
      ...role,
      createrole: false,
      memberOf: role.memberOf.filter((membership) => !isPredefined(membership.role)),
    })),
  };
}
