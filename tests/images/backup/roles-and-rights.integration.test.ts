import assert from "node:assert/strict";
import { Moto } from "../../../rehearsal/aws/moto";
import { SigningKeys } from "../../../rehearsal/aws/signing-keys";
import { needTools } from "../../support/need-tools";
import { removeFolders } from "./support/folder";
import { runJob, type Ended } from "./support/job";
import { LiveDatabase } from "./support/live-database";
import { plannedVault } from "./support/planned-vault";
import { verified } from "./support/verified";

/** What the owner of the schema makes: everything that depends on rights, order or names. */
const schema = `
  SET search_path = minixdr;
  CREATE TYPE level AS ENUM ('low', 'high');
  CREATE DOMAIN short AS text CHECK (length(VALUE) < 20);
  CREATE FUNCTION next_number() RETURNS int LANGUAGE sql AS 'SELECT 7';
  CREATE TABLE events (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, at timestamptz NOT NULL DEFAULT now(),
    level level NOT NULL DEFAULT 'low', title short, number int DEFAULT next_number(),
    doubled int GENERATED ALWAYS AS (number * 2) STORED);
  INSERT INTO events (title) SELECT 'title ' || i FROM generate_series(1, 500) i;
  CREATE INDEX ON events (lower(title));
  CREATE TABLE notes (event bigint REFERENCES events, body text, CHECK (body <> ''));
  INSERT INTO notes SELECT id, 'note' FROM events LIMIT 50;
  CREATE TABLE days (day date, n int) PARTITION BY RANGE (day);
  CREATE TABLE days_2026 PARTITION OF days FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
  INSERT INTO days SELECT '2026-01-01'::date + i, i FROM generate_series(0, 300) i;
  CREATE TABLE "it's ""odd"" \\ ; --" ("a column
" int);
  INSERT INTO "it's ""odd"" \\ ; --" VALUES (1), (2), (3);
  CREATE FUNCTION stamp() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.at = now(); RETURN NEW; END';
  CREATE TRIGGER stamp BEFORE UPDATE ON events FOR EACH ROW EXECUTE FUNCTION stamp();
  CREATE RULE quiet AS ON DELETE TO notes DO INSTEAD NOTHING;
  CREATE VIEW recent AS SELECT * FROM events ORDER BY id DESC LIMIT 10;
  CREATE MATERIALIZED VIEW counted AS SELECT level, count(*) FROM events GROUP BY level;
  GRANT SELECT (id, title) ON events TO minixdr_exporter;`;

/** Rights that somebody else than the owner has given, which pg_dump restores as a superuser only. */
const passedOn = `GRANT SELECT ON minixdr.notes TO minixdr_exporter`;

describe("an honest database's backup", function () {
  this.timeout(120_000);
  let cloud: Moto;
  let keys: SigningKeys;
  let live: LiveDatabase;

  before(async function () {
    await needTools(this, ["postgres", "moto_server"]);
    cloud = await Moto.start(await plannedVault());
    keys = await SigningKeys.start();
    live = await LiveDatabase.start();
    await live.as("minixdr_migrations", schema);
    await live.as(
      "minixdr_migrations",
      `GRANT SELECT ON minixdr.notes TO minixdr_app WITH GRANT OPTION;
       REVOKE EXECUTE ON FUNCTION minixdr.next_number() FROM PUBLIC;
       GRANT EXECUTE ON FUNCTION minixdr.next_number() TO minixdr_app;
       ALTER DEFAULT PRIVILEGES IN SCHEMA minixdr GRANT EXECUTE ON FUNCTIONS TO minixdr_read_only`,
    );
    await live.as("minixdr_app", passedOn);
    // A role of people, with settings of every kind.
    await live.as(
      "minixdr_master",
      `CREATE ROLE "an ""analyst""" LOGIN NOINHERIT CONNECTION LIMIT 3;
       GRANT minixdr_read_only TO "an ""analyst""" WITH ADMIN OPTION;
       GRANT TEMPORARY ON DATABASE minixdr TO "an ""analyst""" WITH GRANT OPTION;
       ALTER ROLE "an ""analyst""" SET search_path = minixdr, "Odd, ""one""";
       ALTER ROLE "an ""analyst""" SET application_name = 'it''s; \\ a name';
       ALTER ROLE "an ""analyst""" IN DATABASE minixdr SET work_mem = '8MB';
       ALTER DATABASE minixdr SET timezone = 'UTC'`,
    );
    await live.query(`ALTER ROLE "an ""analyst""" SET mini.setting = 'x'`);
    await live.as(
      "minixdr_read_only",
      "BEGIN READ WRITE; SET search_path = minixdr,public; ALTER ROLE minixdr_read_only SET search_path FROM CURRENT; COMMIT",
    );
  });

  after(async () => {
    await Promise.all([cloud?.stop(), keys?.stop(), live?.stop()]);
    await removeFolders();
  });

  const environment = (role: "backup" | "restore" | "master") => ({
    ...cloud.environment(),
    ...keys.environment,
    ...live.environment(role),
  });
  const of = ({ lines }: Ended, message: string) =>
    lines.filter((line) => line.message === message);

  it("is dumped whole and equals its restored copy: rows, owners, grants, roles and settings", async () => {
    const dumped = await runJob(["dump"], environment("backup"));
    assert.equal(dumped.code, 0, dumped.error);
    for (const said of ["left out", "cannot be made again", "large objects are left out"])
      assert.deepEqual(of(dumped, said), []);
    const ended = await verified(["verify"], environment("backup"));
    assert.equal(ended.code, 0, ended.error);
    assert.deepEqual(of(ended, "only settings differ"), []);
    assert.deepEqual(of(ended, "not possible here"), []);
    assert.equal(of(ended, "verified")[0]!.tables, 5);
  });

  it("is restored on the live server by a role that owns nothing of it", async () => {
    const ended = await runJob(["restore", "--database", "copy"], environment("restore"));
    assert.equal(ended.code, 0, ended.error);
    const copy = async (sql: string, user = "rdsadmin") =>
      live.as<Record<string, unknown>>(user, sql, "copy");
    const [counted] = await copy("SELECT count(*)::int AS n FROM minixdr.events");
    assert.equal(counted!.n, 500);
    const [notes] = await copy(
      "SELECT relacl::text AS acl FROM pg_class WHERE oid = 'minixdr.notes'::regclass",
    );
    // What the application had passed on is there, in the owner's name.
    assert.match(String(notes!.acl), /minixdr_exporter=r\/minixdr_owner/);
    await copy("UPDATE minixdr.events SET title = 'x' WHERE id = 1", "minixdr_app");
    const [view] = await copy("SELECT count FROM minixdr.counted", "minixdr_app");
    assert.equal(Number(view!.count), 500);
    const [owner] = await copy(
      "SELECT pg_get_userbyid(datdba) AS of FROM pg_database WHERE datname = 'copy'",
    );
    assert.equal(owner!.of, "minixdr_restore");
  });

  it("takes the live one's name by the master, who owns it then", async () => {
    const names = ["--live", "minixdr", "--restored", "copy", "--before", "before"];
    const ended = await runJob(["swap", ...names], live.environment("master"));
    assert.equal(ended.code, 0, ended.error);
    const [owner] = await live.query(
      "SELECT pg_get_userbyid(datdba) AS of FROM pg_database WHERE datname = 'minixdr'",
    );
    assert.equal(owner!.of, "minixdr_master");
    const dumped = await runJob(["dump"], environment("backup"));
    assert.equal(dumped.code, 0, dumped.error);
  });

  it("drops no database that a restore has not made", async () => {
    const refused = await runJob(
      ["restore", "--database", "before", "--replace-existing"],
      environment("restore"),
    );
    assert.equal(refused.code, 2);
    assert.match(refused.error, /--database before: it belongs to minixdr_master/);
  });

  it("is refused where roles are lacking, by their names, before anything is done", async () => {
    await live.query('DROP OWNED BY "an ""analyst""" CASCADE');
    await live.query('DROP OWNED BY "an ""analyst""" CASCADE', "before");
    await live.query('DROP ROLE "an ""analyst"""');
    const refused = await runJob(["restore", "--database", "again"], environment("restore"));
    assert.equal(refused.code, 2);
    assert.match(refused.error, /it lacks the roles "an ""analyst""" of the backup/);
    const there = await live.query("SELECT FROM pg_database WHERE datname = 'again'");
    assert.equal(there.length, 0);
  });
});
