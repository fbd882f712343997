import assert from "node:assert/strict";
import { needTools } from "../../../support/need-tools";
import { isParted } from "../support/checkout";
import { dumpedSql } from "./support/dumped-sql";
import { hostile } from "./support/hostile";
import { Stage } from "./support/stage";

/** Who may not run a program says so (PostgreSQL 15, src/backend/commands/copy.c). */
const refusal = /must be superuser or have privileges of the pg_execute_server_program role/;

interface Attack {
  /** What carries the code. */
  by: string;
  /** SQL of the schema's owner, after the hostile functions are made. */
  sql: string;
  /** SQL of the server's superuser before it, for what an owner may not make. */
  first?: string;
  /** And after it. */
  then?: string;
  /** In the dump, as pg_restore runs it: proof that the attack is there. */
  dumped: RegExp;
  /** What a verification says; absent: the code is not run, and it holds. */
  refused?: RegExp;
}

const attacks: Attack[] = [
  {
    by: "a CHECK constraint",
    sql: "CREATE TABLE t (n int CHECK (hostile(n) = n)); INSERT INTO t VALUES (1)",
    dumped: /CHECK \(\(minixdr\.hostile\(n\) = n\)\)/,
    refused: refusal,
  },
  {
    by: "a generated column",
    sql: "CREATE TABLE t (n int, m int GENERATED ALWAYS AS (hostile(n)) STORED); INSERT INTO t VALUES (1)",
    dumped: /GENERATED ALWAYS AS \(minixdr\.hostile\(n\)\) STORED/,
    refused: refusal,
  },
  {
    by: "a domain's constraint",
    sql: "CREATE DOMAIN d AS int CHECK (hostile(VALUE) = VALUE); CREATE TABLE t (n d); INSERT INTO t VALUES (1)",
    dumped:
      /CREATE DOMAIN minixdr\.d AS integer\s+CONSTRAINT \w+ CHECK \(\(minixdr\.hostile\(VALUE\) = VALUE\)\)/,
    refused: refusal,
  },
  {
    by: "a partition's key",
    sql: `CREATE TABLE t (n int) PARTITION BY LIST (hostile(n));
          CREATE TABLE t1 PARTITION OF t FOR VALUES IN (1); INSERT INTO t VALUES (1)`,
    dumped: /PARTITION BY LIST \(minixdr\.hostile\(n\)\)/,
    refused: refusal,
  },
  {
    by: "a cast",
    sql: `CREATE TYPE pair AS (n int);
          CREATE FUNCTION to_pair(n int) RETURNS pair LANGUAGE sql IMMUTABLE AS 'SELECT ROW(minixdr.hostile(n))::minixdr.pair';
          CREATE CAST (int AS pair) WITH FUNCTION to_pair(int);
          CREATE TABLE t (n int CHECK ((n::pair) IS NOT NULL)); INSERT INTO t VALUES (1)`,
    dumped: /CREATE CAST \(integer AS minixdr\.pair\) WITH FUNCTION minixdr\.to_pair/,
    refused: refusal,
  },
  {
    by: "an operator",
    sql: `CREATE FUNCTION same(a int, b int) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT minixdr.hostile(a) = b';
          CREATE OPERATOR === (LEFTARG = int, RIGHTARG = int, FUNCTION = same);
          CREATE TABLE t (n int CHECK (n === 1)); INSERT INTO t VALUES (1)`,
    dumped: /CREATE OPERATOR minixdr\.===/,
    refused: refusal,
  },
  {
    by: "an expression index",
    sql: "CREATE TABLE t (n int); INSERT INTO t VALUES (1); CREATE INDEX ON t (hostile(n))",
    dumped: /CREATE INDEX \w+ ON minixdr\.t USING btree \(minixdr\.hostile\(n\)\)/,
    refused: refusal,
  },
  {
    by: "a partial index's predicate",
    sql: "CREATE TABLE t (n int); INSERT INTO t VALUES (1); CREATE INDEX ON t (n) WHERE hostile(n) = 1",
    dumped: /CREATE INDEX \w+ ON minixdr\.t USING btree \(n\) WHERE \(minixdr\.hostile\(n\) = 1\)/,
    refused: refusal,
  },
  {
    by: "extended statistics, which ANALYZE computes",
    sql: "CREATE TABLE t (n int); INSERT INTO t SELECT generate_series(1, 100); CREATE STATISTICS s ON (hostile(n)), n FROM t",
    dumped: /CREATE STATISTICS minixdr\.s ON n, minixdr\.hostile\(n\) FROM minixdr\.t/,
    refused: refusal,
  },
  {
    by: "a materialized view, which is refreshed",
    sql: "CREATE MATERIALIZED VIEW m AS SELECT hostile(1) AS n",
    dumped: /REFRESH MATERIALIZED VIEW minixdr\.m/,
    refused: refusal,
  },
  {
    by: "a materialized view over a file_fdw table that runs a program: an extension's own code",
    first: "CREATE EXTENSION file_fdw",
    sql: "",
    then: `CREATE SERVER files FOREIGN DATA WRAPPER file_fdw;
           CREATE FOREIGN TABLE minixdr.f (line text) SERVER files OPTIONS (program 'COMMAND');
           ALTER FOREIGN TABLE minixdr.f OWNER TO minixdr_migrations;
           CREATE MATERIALIZED VIEW minixdr.m AS SELECT * FROM minixdr.f;
           ALTER MATERIALIZED VIEW minixdr.m OWNER TO minixdr_migrations;
           ALTER SERVER files OWNER TO minixdr_master;
           GRANT USAGE ON FOREIGN DATA WRAPPER file_fdw TO minixdr_master`,
    dumped:
      /CREATE EXTENSION IF NOT EXISTS file_fdw[^]*program 'cat > [^']+'[^]*REFRESH MATERIALIZED VIEW/,
    refused: /file_fdw/,
  },
  {
    by: "an event trigger",
    sql: `CREATE FUNCTION on_ddl() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN PERFORM minixdr.attempt(); END'`,
    then: "CREATE EVENT TRIGGER hostile ON ddl_command_end EXECUTE FUNCTION minixdr.on_ddl()",
    dumped: /CREATE EVENT TRIGGER hostile ON ddl_command_end/,
    refused: /event trigger|rdsadmin/i,
  },
  {
    by: "a trigger that fires always",
    sql: `CREATE FUNCTION on_row() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM minixdr.attempt(); RETURN NEW; END';
          CREATE TABLE t (n int); CREATE TRIGGER hostile BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION on_row();
          ALTER TABLE t ENABLE ALWAYS TRIGGER hostile; INSERT INTO t VALUES (1)`,
    dumped: /ENABLE ALWAYS TRIGGER hostile/,
  },
  {
    by: "a rule",
    sql: `CREATE TABLE t (n int); CREATE RULE hostile AS ON INSERT TO t DO ALSO SELECT minixdr.attempt();
          INSERT INTO t VALUES (1)`,
    dumped: /CREATE RULE hostile AS\s+ON INSERT TO minixdr\.t DO\s+SELECT minixdr\.attempt\(\)/,
  },
  {
    by: "a column's default",
    sql: "CREATE TABLE t (n int DEFAULT hostile(1)); INSERT INTO t VALUES (2)",
    dumped: /n integer DEFAULT minixdr\.hostile\(1\)/,
  },
  {
    by: "a view",
    sql: "CREATE VIEW v AS SELECT hostile(1) AS n",
    dumped: /CREATE VIEW minixdr\.v AS\s+SELECT minixdr\.hostile\(1\)/,
  },
  {
    by: "a SECURITY DEFINER function in a CHECK constraint",
    sql: `CREATE FUNCTION definer(n int) RETURNS int LANGUAGE plpgsql SECURITY DEFINER AS 'BEGIN PERFORM minixdr.attempt(); RETURN n; END';
          CREATE TABLE t (n int CHECK (definer(n) = n)); INSERT INTO t VALUES (1)`,
    dumped: /SECURITY DEFINER/,
    refused: refusal,
  },
  {
    by: "functions that our own queries would find before PostgreSQL's",
    first: "GRANT CREATE ON SCHEMA public TO minixdr_migrations",
    // The calls that read rights, then and now: an exact match goes before VARIADIC "any".
    sql: [
      ["name", "boolean", "boolean", "boolean", "int", "text"],
      ["name", "text", "text"],
      ["name", "name", "text", "text"],
    ]
      .map(
        (types) => `
          CREATE FUNCTION public.format(text, ${types.join(", ")}) RETURNS text LANGUAGE plpgsql AS
            'BEGIN PERFORM minixdr.attempt();
             RETURN pg_catalog.format($1, VARIADIC ARRAY[${types.map((_, i) => `$${i + 2}::text`).join(", ")}]); END';`,
      )
      .join(""),
    dumped: /CREATE FUNCTION public\.format\(text, name, boolean/,
  },
  {
    by: "a DO block in a comment",
    sql: String.raw`CREATE TABLE t (n int);
          COMMENT ON TABLE t IS E'\'; DO $$ BEGIN PERFORM minixdr.attempt(); END $$; --\n\\! COMMAND\n\';\nSELECT minixdr.attempt();'`,
    dumped: /COMMENT ON TABLE minixdr\.t IS '''; DO \$\$/,
  },
  {
    by: "names with quotes, semicolons and newlines",
    sql: String.raw`CREATE TABLE "a""; SELECT minixdr.attempt(); --" (n int); INSERT INTO "a""; SELECT minixdr.attempt(); --" VALUES (1);
          CREATE TABLE "b
\! COMMAND
SELECT minixdr.attempt();" ("c'; SELECT minixdr.attempt(); --" int);
          CREATE FUNCTION "f
SELECT minixdr.attempt();"(int) RETURNS int LANGUAGE sql AS 'SELECT 1'`,
    dumped: /CREATE TABLE minixdr\."a""; SELECT minixdr\.attempt\(\); --"/,
  },
];

describe("restored code: a verification runs it, and it gets nowhere", function () {
  this.timeout(240_000);
  let stage: Stage;

  before(async function () {
    await needTools(this, ["postgres", "moto_server"]);
    stage = await Stage.start();
    await stage.requireMarkerWorks();
  });
  beforeEach(() => stage.freshDatabase());
  after(() => stage?.stop());

  for (const { by, sql, first, then, dumped, refused } of attacks)
    it(by, async () => {
      const { live, marker } = stage;
      const filled = (text: string) => text.replaceAll("COMMAND", marker.command);
      if (first) await live.query(first);
      await live.as("minixdr_migrations", `${hostile(marker.statement)} ${filled(sql)}`);
      if (then) await live.query(filled(then));
      // The code works where it is allowed to.
      await live.query("SELECT minixdr.hostile(1)");
      assert.ok(await marker.seen(), "the attack's own code does nothing");
      await marker.clear();
      const { id, folder } = await stage.dumped();
      assert.match(await dumpedSql(stage, folder), dumped);
      assert.ok(!(await marker.seen()), "the attack succeeded: a command ran in the dump");

      const ended = await stage.verify();
      const seen = await marker.seen();
      assert.ok(seen === undefined, `the attack succeeded: a command ran and saw ${names(seen)}`);
      if (!refused) return assert.equal(ended.code, 0, ended.error);
      assert.equal(ended.code, 1, "it verified");
      assert.match(ended.error, refused);
      const listed = (await stage.list()).lines.find(({ message }) => message === id)!;
      assert.notEqual(listed.verified, "yes");
    });

  for (const name of ["postgres", "scratch_owner", "scratch_restorer"])
    it(`a role with the name of a scratch server's own, ${name}, that owns a materialized view`, async () => {
      const { live, marker } = stage;
      await live.as(
        "minixdr_master",
        `CREATE ROLE ${name} NOLOGIN; GRANT ${name} TO minixdr_migrations`,
      );
      await live.as(
        "minixdr_migrations",
        `${hostile(marker.statement)}
         GRANT USAGE, CREATE ON SCHEMA minixdr TO ${name};
         CREATE MATERIALIZED VIEW m AS SELECT hostile(1) AS n;
         ALTER MATERIALIZED VIEW m OWNER TO ${name}`,
      );
      const { folder } = await stage.dumped();
      assert.match(await dumpedSql(stage, folder), new RegExp(`minixdr\\.m OWNER TO ${name}`));
      const ended = await stage.verify();
      assert.ok(!(await marker.seen()), "the attack succeeded: a command ran");
      assert.equal(ended.code, 1, "it verified");
      // Who has a name of the server's own is refused; under another it is a role as any other.
      assert.match(
        ended.error,
        name === "postgres" ? refusal : new RegExp(`role "?${name}"?.*scratch`),
      );
    });

  it("a role that may run programs gives its right to nobody who restores", async () => {
    const { live, marker } = stage;
    await live.query(
      "GRANT pg_execute_server_program, pg_write_server_files TO minixdr_migrations",
    );
    await live.as(
      "minixdr_migrations",
      `${hostile(marker.statement)}
       CREATE TABLE t (n int CHECK (hostile(n) = n)); INSERT INTO t VALUES (1)`,
    );
    const { folder } = await stage.dumped();
    assert.match(await dumpedSql(stage, folder), /CHECK \(\(minixdr\.hostile\(n\) = n\)\)/);
    const ended = await stage.verify();
    assert.ok(!(await marker.seen()), "the attack succeeded: a command ran");
    assert.equal(ended.code, 1, "it verified");
    assert.match(ended.error, refusal);
  });

  it("an honest dump still verifies on this stage", async () => {
    await stage.dumped();
    const { code, error } = await stage.verify();
    assert.equal(code, 0, error);
  });

  it("code that asks who it is finds no superuser, no way to AWS and no other database", async function () {
    if (!isParted) this.skip();
    const { live } = stage;
    const asked = `DO $d$ BEGIN RAISE EXCEPTION 'superuser=% createrole=% files=%',
      (SELECT rolsuper FROM pg_roles WHERE rolname = session_user),
      (SELECT rolcreaterole FROM pg_roles WHERE rolname = session_user),
      pg_has_role(session_user, 'pg_read_server_files', 'MEMBER'); END $d$`;
    await live.as(
      "minixdr_migrations",
      `${hostile(asked)} CREATE TABLE t (n int CHECK (hostile(n) = n)); INSERT INTO t VALUES (1)`,
    );
    await stage.dumped();
    const { error } = await stage.verify();
    assert.match(error, /superuser=f createrole=f files=f/);
  });
});

/** Names of an environment's variables. */
function names(environment = ""): string {
  return environment
    .split("\n")
    .map((line) => line.split("=")[0])
    .join(" ");
}
