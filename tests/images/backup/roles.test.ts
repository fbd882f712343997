import assert from "node:assert/strict";
import * as fc from "fast-check";
import type { Role, Roles } from "../../../images/backup/manifest";
import {
  databaseSettingStatements,
  grantStatements,
  roleSettingStatements,
  roleStatements,
  sandboxed,
  settingLines,
} from "../../../images/backup/roles";

const text = fc.string({
  unit: fc.oneof(
    fc.constantFrom('"', "'", "\\", ";", "\n", "$", "-", "E", "%"),
    fc.string({ unit: "grapheme", minLength: 1, maxLength: 1 }),
  ),
});
const name = fc.string({
  unit: fc.constantFrom('"', "'", "\\", ";", "\n", " ", "a"),
  minLength: 1,
});

const role = (of: Partial<Role> = {}): Role => ({
  name: "somebody",
  login: true,
  inherit: true,
  createdb: false,
  createrole: false,
  connectionLimit: -1,
  memberOf: [],
  settings: [],
  ...of,
});

/**
 * Statements as PostgreSQL's scanner takes them apart (its flex rules for quoted identifiers, strings
 * and E'' strings): every name and value is one token, and what is left has no quote and no semicolon.
 */
function outside(sql: string): string {
  return sql.replaceAll(/ E'(?:[^'\\]|''|\\[^])*'|'(?:[^']|'')*'|"(?:[^"]|"")*"/g, "·");
}
const alone = /^[A-Z0-9 ,.·=-]+$/;

describe("roles as statements", () => {
  it("no name, value or setting is ever anything but one token", () => {
    fc.assert(
      fc.property(name, name, text, (one, other, value) => {
        const settings = [
          { name: "application_name", value },
          { name: "search_path", value: `"${other.replaceAll('"', '""')}", public` },
        ];
        const roles = [role({ name: one, memberOf: [{ role: other, admin: true }], settings })];
        const all = [
          ...roleStatements({ roles }),
          ...roleSettingStatements({ roles }),
          ...grantStatements(other, {
            databaseGrants: [{ grantee: one, privilege: "CONNECT", grantable: true }],
          }),
          ...databaseSettingStatements(other, {
            databaseSettings: settings.map((setting) => ({ role: one, ...setting })),
          }),
        ];
        assert.equal(all.length, 8);
        for (const { sql } of all) assert.match(outside(sql), alone, sql);
      }),
    );
  });

  it("each name of a list is quoted for itself", () => {
    const settings = [{ name: "search_path", value: "minixdr,public; DROP TABLE x" }];
    const [stored] = roleSettingStatements({
      roles: [role({ settings: [{ name: "search_path", value: "minixdr,public" }] })],
    });
    assert.equal(stored!.sql, `ALTER ROLE "somebody" SET "search_path" TO 'minixdr', 'public'`);
    // No list: one value, which the server refuses.
    const [refused] = roleSettingStatements({ roles: [role({ settings })] });
    assert.match(refused!.sql, /TO 'minixdr,public; DROP TABLE x'$/);
  });

  it("no role that could end the sandbox is made in it", () => {
    const powerful = role({
      createrole: true,
      memberOf: [
        { role: "pg_execute_server_program", admin: false },
        { role: "rds_superuser", admin: true },
        { role: "readers", admin: false },
      ],
    });
    const sql = roleStatements({ roles: [powerful] }).map((statement) => statement.sql);
    assert.match(sql[0]!, /NOSUPERUSER NOCREATEROLE/);
    assert.deepEqual(sql.slice(1), ['GRANT "readers" TO "somebody"']);
    const kept = sandboxed({ roles: [powerful] }).roles[0]!;
    assert.deepEqual([kept.createrole, kept.memberOf.length], [false, 1]);
  });

  it("a right that no database has is refused, not pasted", () => {
    const databaseGrants = [
      { grantee: null, privilege: "CONNECT ON DATABASE x TO y; DROP", grantable: false },
    ];
    assert.throws(
      () => grantStatements("minixdr", { databaseGrants }),
      /is no right on a database/,
    );
  });

  it("equal settings have equal lines, however they were written", () => {
    const line = (value: string) => {
      const settings = [{ name: "search_path", value }];
      const roles: Roles = {
        roles: [role({ settings })],
        databaseGrants: null,
        databaseSettings: [],
        unrepresented: [],
      };
      return settingLines(roles)[0];
    };
    assert.equal(line("minixdr,public"), line('"minixdr",  Public'));
    assert.equal(line(""), line('""'));
    assert.notEqual(line("minixdr, public"), line('"minixdr, public"'));
  });
});
