import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import pWaitFor from "p-wait-for";
import { Client } from "pg";
import { bootstrap } from "../../../rehearsal/database/bootstrap";
import { Logins } from "../../../rehearsal/database/logins";
import { rdsTools } from "../../../rehearsal/database/rds-master";
import { newFolder } from "../../images/backup/support/folder";
import { LiveDatabase, rolesScript } from "../../images/backup/support/live-database";
import { needTools } from "../../support/need-tools";

/** A server that writes down and counts every statement. */
const talkative = {
  log_statement: "all",
  log_min_duration_statement: "0",
  shared_preload_libraries: "pg_stat_statements",
  "pg_stat_statements.track_utility": "on",
};

describe("the chart database-bootstrap, under a master as RDS makes it", function () {
  this.timeout(60_000);
  let database: LiveDatabase;

  before(async function () {
    await needTools(this, ["postgres"]);
    database = await LiveDatabase.start(talkative);
    await database.query("CREATE EXTENSION pg_stat_statements");
  });
  after(() => database?.stop());

  const again = (logins: Logins) => bootstrap(rolesScript, logins, { PGHOST: database.host });
  const stored = async () => {
    const rows = await database.query<{ rolname: string; rolpassword: string }>(
      "SELECT rolname, rolpassword FROM pg_authid WHERE rolname LIKE 'minixdr\\_%' AND rolcanlogin ORDER BY 1",
    );
    return Object.fromEntries(rows.map(({ rolname, rolpassword }) => [rolname, rolpassword]));
  };
  const expected = (logins: Logins) =>
    Object.fromEntries(
      Object.entries(logins.verifiers)
        .filter(([key]) => key.endsWith("verifier"))
        .map(([key, verifier]) => {
          const role = logins.verifiers[`${key.split(".")[0]}.username`]!;
          return [key.endsWith("clone-verifier") ? `${role}_clone` : role, verifier];
        }),
    );
  /** Statements of the log and of the statistics that hold any of the texts. */
  const seen = async (texts: string[]) => {
    const counted = await database.query<{ query: string }>("SELECT query FROM pg_stat_statements");
    const lines = [...database.log, ...counted.map(({ query }) => query)];
    return lines.filter((line) => texts.some((text) => line.includes(text)));
  };
  /** Resolves when the server's log, which comes through a pipe, has reached this point. */
  const logged = async (mark: string) => {
    await database.query(`SELECT '${mark}'`);
    await pWaitFor(() => database.log.some((line) => line.includes(mark)), { interval: 10 });
  };

  it("has a master who is no superuser and silences no log", async () => {
    for (const sql of ["SET log_statement = 'none'", "SET log_min_duration_statement = -1"])
      await assert.rejects(database.as("minixdr_master", sql), /permission denied/, sql);
  });

  it("the way it was fails at its first statement", async () => {
    const script = join(await newFolder(), "roles.sql");
    await writeFile(script, "\\set ON_ERROR_STOP on\nSET log_min_duration_statement = -1;\n");
    await assert.rejects(
      bootstrap(script, database.logins, { PGHOST: database.host }),
      /permission denied to set parameter "log_min_duration_statement"/,
    );
  });

  it("stores exactly the verifiers it was given, and the same again at every run", async () => {
    const { minixdr_master: master, ...others } = await stored();
    assert.match(master!, /^SCRAM-SHA-256\$/);
    assert.deepEqual(others, expected(database.logins));
    await again(database.logins);
    assert.deepEqual(await stored(), { minixdr_master: master, ...others });
  });

  it("a rotation changes the password of the logins that nobody uses, and no other", async () => {
    const before = await stored();
    await again(database.logins.rotated());
    const after = await stored();
    const changed = Object.keys(after).filter((role) => after[role] !== before[role]);
    assert.deepEqual(
      changed,
      ["app", "backup", "exporter", "migrations", "read_only", "restore"].map(
        (duty) => `minixdr_${duty}_clone`,
      ),
    );
    await again(database.logins);
  });

  it("no login gets another password under its clients, who go on working", async () => {
    const client = new Client({ host: database.host, user: "minixdr_app", database: "minixdr" });
    await client.connect();
    try {
      await client.query("SELECT 1");
      const before = await stored();
      // Raised by two, both logins of every duty have another.
      await assert.rejects(
        again(database.logins.rotated().rotated()),
        /clients use minixdr_app, whose password would change under them/,
      );
      assert.deepEqual(await stored(), before);
      await client.query("SELECT 1");
      await again(database.logins.rotated());
      await again(database.logins);
    } finally {
      await client.end();
    }
  });

  it("a server without clients, as a restored one, takes any", async () => {
    await again(Logins.create());
    await again(database.logins);
  });

  it("no password reaches the server's log or pg_stat_statements", async () => {
    await again(database.logins);
    await logged("the end of the bootstrap");
    assert.ok((await seen(["ALTER ROLE minixdr_app PASSWORD 'SCRAM-SHA-256$"])).length >= 2);
    assert.deepEqual(await seen(database.logins.passwords), []);
  });

  it("a password in a statement would be in both", async () => {
    const clear = Logins.create().current("exporter").password;
    await database.as("minixdr_master", `ALTER ROLE minixdr_exporter PASSWORD '${clear}'`);
    await logged("the end of the control");
    const places = await seen([clear]);
    assert.ok(places.some((line) => line.includes("LOG:")));
    assert.ok(places.some((line) => line.startsWith("ALTER ROLE")));
    await again(database.logins);
  });

  it("what a clone makes is its role's, and so are its rights", async () => {
    await database.as("minixdr_migrations_clone", "CREATE TABLE made (id int)");
    const [made] = await database.query<{ owner: string }>(
      "SELECT tableowner AS owner FROM pg_tables WHERE tablename = 'made'",
    );
    assert.equal(made!.owner, "minixdr_owner");
    await database.as("minixdr_migrations", "ALTER TABLE made ADD COLUMN more int");
    for (const login of ["minixdr_app", "minixdr_app_clone"])
      await database.as(login, "INSERT INTO made VALUES (1)");
    for (const login of ["minixdr_read_only", "minixdr_read_only_clone"]) {
      assert.equal((await database.as(login, "SELECT * FROM made")).length, 2);
      await assert.rejects(database.as(login, "DELETE FROM made"), /read-only transaction/);
    }
  });

  it("a clone has its role's settings and limits", async () => {
    const rows = await database.query<{ role: string; settings: string; most: number }>(
      `SELECT rolname AS role, rolconnlimit AS most,
              array_to_string(array(SELECT s FROM unnest(rolconfig) s WHERE s NOT LIKE 'role=%' ORDER BY 1), ' ') AS settings
         FROM pg_roles WHERE rolname LIKE 'minixdr\\_%'`,
    );
    const of = (name: string) => {
      const { settings, most } = rows.find(({ role }) => role === name)!;
      return { settings, most };
    };
    for (const duty of ["app", "backup", "exporter", "migrations", "read_only", "restore"])
      assert.deepEqual(of(`minixdr_${duty}_clone`), of(`minixdr_${duty}`), duty);
    assert.match(of("minixdr_app").settings, /search_path=minixdr, public statement_timeout=30s/);
  });

  it("lets a dump end who blocks it, though its master is no superuser", async () => {
    const [right] = await database.query<{ may: boolean }>(
      "SELECT pg_has_role('minixdr_backup', 'pg_signal_backend', 'USAGE') AS may",
    );
    assert.ok(right!.may);
    const blocker = new Client({ host: database.host, user: "minixdr_app", database: "minixdr" });
    const gone = new Promise<Error>((resolve) => blocker.on("error", resolve));
    await blocker.connect();
    const { rows } = await blocker.query<{ pid: number }>("SELECT pg_backend_pid() AS pid");
    const end = `SELECT pg_terminate_backend(${rows[0]!.pid}, 5000) AS ended`;
    await assert.rejects(database.as("minixdr_read_only", end), /must be a member of the role/);
    assert.deepEqual(await database.as("minixdr_backup", end), [{ ended: true }]);
    await gone;
    const superuser = new Client({ host: database.host, user: "rdsadmin", database: "minixdr" });
    await superuser.connect();
    const { rows: of } = await superuser.query<{ pid: number }>("SELECT pg_backend_pid() AS pid");
    await assert.rejects(
      database.as("minixdr_backup", `SELECT pg_terminate_backend(${of[0]!.pid})`),
      /must be a superuser to terminate superuser process/,
    );
    await superuser.end();
  });

  it("who restores makes a database and gives what is in it to its owners, and has no way into the live one from there", async () => {
    for (const login of ["minixdr_restore", "minixdr_restore_clone"]) {
      await database.as(login, "CREATE DATABASE restored TEMPLATE template0", "postgres");
      await database.as(
        login,
        `CREATE SCHEMA minixdr; ALTER SCHEMA minixdr OWNER TO minixdr_owner;
         CREATE SCHEMA backup; ALTER SCHEMA backup OWNER TO minixdr_canary;
         CREATE TABLE minixdr.t (); ALTER TABLE minixdr.t OWNER TO minixdr_owner;
         GRANT SELECT ON minixdr.t TO minixdr_read_only`,
        "restored",
      );
      await database.as(login, "DROP DATABASE restored", "postgres");
      const refusals: [string, RegExp][] = [
        ["DROP DATABASE minixdr", /must be owner of database minixdr/],
        ["ALTER DATABASE minixdr RENAME TO x", /must be owner of database minixdr/],
        ["CREATE ROLE x", /permission denied to create role/],
        ["GRANT pg_execute_server_program TO CURRENT_USER", /must have admin option/],
        ["ALTER ROLE minixdr_backup PASSWORD 'x'", /permission denied/],
        ["SET ROLE minixdr_backup", /permission denied to set role/],
        ["SET ROLE minixdr_migrations", /permission denied to set role/],
        ["ALTER ROLE minixdr_migrations PASSWORD 'x'", /permission denied/],
        ["SET ROLE minixdr_app", /permission denied to set role/],
        ["CREATE EXTENSION dblink", /permission denied to create extension/],
        ["COPY (SELECT 1) TO PROGRAM 'cat'", /must be superuser or have privileges/],
      ];
      for (const [sql, refusal] of refusals)
        await assert.rejects(database.as(login, sql, "postgres"), refusal, `${login}: ${sql}`);
    }
  });

  it("looks names up in PostgreSQL's own schema: what others have made in the database does not run", async () => {
    await database.query(
      `CREATE FUNCTION public.format(text, name) RETURNS text LANGUAGE plpgsql AS
         $$ BEGIN EXECUTE 'GRANT pg_execute_server_program TO minixdr_migrations'; RETURN 'SELECT 1'; END $$;
       CREATE FUNCTION public.format(text, text) RETURNS text LANGUAGE plpgsql AS
         $$ BEGIN EXECUTE 'GRANT pg_execute_server_program TO minixdr_migrations'; RETURN 'SELECT 1'; END $$`,
    );
    const given = async () =>
      (
        await database.query<{ given: boolean }>(
          "SELECT pg_has_role('minixdr_migrations', 'pg_execute_server_program', 'MEMBER') AS given",
        )
      )[0]!.given;
    try {
      await again(database.logins);
      assert.equal(await given(), false);
      // A master that looked there first would have been caught.
      await database.as(
        "minixdr_master",
        "SET search_path = public; SELECT format('%I', 'x'::text)",
      );
      assert.equal(await given(), true);
    } finally {
      await database.query(
        `DROP FUNCTION public.format(text, name); DROP FUNCTION public.format(text, text);
         REVOKE pg_execute_server_program FROM minixdr_migrations`,
      );
    }
  });

  it("gives the schema of an older stack, the migrations' own, to nobody who logs in", async () => {
    await database.query(
      `CREATE TABLE minixdr.older (id serial); ALTER TABLE minixdr.older OWNER TO minixdr_migrations;
       ALTER SCHEMA minixdr OWNER TO minixdr_migrations; GRANT minixdr_migrations TO minixdr_restore;
       ALTER DEFAULT PRIVILEGES FOR ROLE minixdr_migrations IN SCHEMA minixdr GRANT SELECT ON TABLES TO minixdr_app, minixdr_read_only`,
    );
    await again(database.logins);
    const [now] = await database.query(
      `SELECT nspowner::regrole::text AS schema, (SELECT relowner::regrole::text FROM pg_class WHERE oid = 'minixdr.older'::regclass) AS table,
              pg_has_role('minixdr_restore', 'minixdr_migrations', 'MEMBER') AS member,
              (SELECT count(*)::int FROM pg_default_acl WHERE defaclrole = 'minixdr_migrations'::regrole) AS defaults
         FROM pg_namespace WHERE nspname = 'minixdr'`,
    );
    assert.deepEqual(now, {
      schema: "minixdr_owner",
      table: "minixdr_owner",
      member: false,
      defaults: 0,
    });
    for (const login of ["minixdr_migrations", "minixdr_migrations_clone"])
      await database.as(login, `ALTER TABLE minixdr.older ADD COLUMN ${login}_was_here int`);
    await database.query("DROP TABLE minixdr.older");
  });

  it("lets who asks for the topology ask in a database that is not the application's, and do nothing else", async () => {
    const endpoints = ["one.test", "two.test", "three.test"];
    for (const statement of rdsTools(database.logins.master, endpoints))
      await database.query(statement, "postgres");
    // In an older stack it could.
    await database.query("GRANT CONNECT ON DATABASE minixdr TO minixdr_exporter");
    await again(database.logins);
    const members = "SELECT endpoint FROM rds_tools.show_topology('test')";
    for (const login of ["minixdr_exporter", "minixdr_exporter_clone"]) {
      const said = await database.as<{ endpoint: string }>(login, members, "postgres");
      assert.deepEqual(
        said.map(({ endpoint }) => endpoint),
        endpoints,
      );
      await database.as(login, "SELECT count(*) FROM pg_ls_waldir()", "postgres");
      await assert.rejects(
        database.as(login, "SELECT 1"),
        /permission denied for database "minixdr"/,
      );
    }
    await assert.rejects(
      database.as("minixdr_app", members, "postgres"),
      /permission denied for schema rds_tools/,
    );
    const [limit] = await database.query<{ most: number }>(
      "SELECT rolconnlimit AS most FROM pg_roles WHERE rolname = 'minixdr_exporter'",
    );
    assert.equal(limit!.most, 40);
    await database.query("DROP SCHEMA rds_tools CASCADE", "postgres");
  });

  it("makes RDS's extension where a server has it, outside of what is dumped", async () => {
    // PostgreSQL's own citext in its place: its master may make that one too.
    const script = join(await newFolder(), "roles.sql");
    const text = await readFile(rolesScript, "utf8");
    await writeFile(script, text.replaceAll("rds_tools", "citext"));
    await database.query("GRANT CREATE ON DATABASE postgres TO minixdr_master", "postgres");
    const made = (where: string) =>
      database.query("SELECT extname FROM pg_extension WHERE extname = 'citext'", where);
    for (let times = 0; times < 2; times++)
      await bootstrap(script, database.logins, { PGHOST: database.host });
    assert.equal((await made("postgres")).length, 1);
    assert.equal((await made("minixdr")).length, 0);
  });

  it("gives the canary row of an older stack, the dump's own, to nobody who logs in", async () => {
    await database.query(
      `ALTER SCHEMA backup OWNER TO minixdr_backup; ALTER TABLE backup.canary OWNER TO minixdr_backup`,
    );
    await again(database.logins);
    const [owners] = await database.query(
      `SELECT pg_get_userbyid(nspowner) AS schema, pg_get_userbyid(relowner) AS table
         FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace WHERE c.oid = 'backup.canary'::regclass`,
    );
    assert.deepEqual(owners, { schema: "minixdr_canary", table: "minixdr_canary" });
    for (const login of ["minixdr_backup", "minixdr_backup_clone"])
      await database.as(
        login,
        `INSERT INTO backup.canary (id, written_at) VALUES (gen_random_uuid(), now())
         ON CONFLICT (one) DO UPDATE SET written_at = excluded.written_at`,
      );
    await assert.rejects(database.as("minixdr_app", "TABLE backup.canary"), /permission denied/);
  });
});
