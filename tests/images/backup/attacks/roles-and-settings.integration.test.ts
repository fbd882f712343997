import assert from "node:assert/strict";
import { escapeIdentifier, escapeLiteral } from "pg";
import { needTools } from "../../../support/need-tools";
import { authority } from "./support/authority";
import { hostile } from "./support/hostile";
import { Stage } from "./support/stage";

/** Stores a setting as the weakest role can: any text that PostgreSQL takes for one now. */
const stored = (name: string, text: string) =>
  `SET transaction_read_only = off;
   SELECT set_config(${escapeLiteral(name)}, ${escapeLiteral(text)}, false);
   ALTER ROLE minixdr_read_only SET ${name} FROM CURRENT`;

/** Ends the statements that once were written around a list of names, which may hold all but blanks and commas. */
const breakOut = (statement: string) =>
  `x;END/**/IF;END/**/$do$;${statement.replaceAll(/\s+/g, "/**/")};--`;

describe("roles and settings: data, whatever is in them", function () {
  this.timeout(240_000);
  let stage: Stage;

  before(async function () {
    await needTools(this, ["postgres", "moto_server"]);
    stage = await Stage.start();
    await stage.requireMarkerWorks();
  });
  beforeEach(() => stage.freshDatabase());
  after(() => stage?.stop());

  const config = async () =>
    (
      await stage.live.query<{ config: string[] | null }>(
        "SELECT rolconfig AS config FROM pg_roles WHERE rolname = 'minixdr_read_only'",
      )
    )[0]!.config ?? [];

  /** A verification that has to hold, and has run nothing. */
  async function harmless(): Promise<void> {
    const { id } = await stage.dumped();
    const { code, error, lines } = await stage.verify();
    assert.ok(!(await stage.marker.seen()), "the attack succeeded: a command ran");
    assert.equal(code, 0, error);
    assert.ok(lines.some((line) => line.message === "verified" && line.id === id));
  }

  describe("of any login role, the read-only one included, a verification", () => {
    const payloads: [title: string, setting: string, text: () => string][] = [
      ["a search_path that ends the statement", "search_path", () => breakOut(command())],
      ["a quoted search_path", "search_path", () => `"x""; ${command()}; --"`],
      ["a value that ends a dollar quote", "application_name", () => `$do$;${command()};--`],
    ];
    const command = () => `COPY(SELECT)TO PROGRAM'env>${stage.marker.file}'`;
    for (const [title, setting, text] of payloads)
      it(`does not run ${title}`, async () => {
        await stage.live.as("minixdr_read_only", stored(setting, text()));
        assert.ok((await config()).includes(`${setting}=${text()}`));
        await harmless();
      });

    it("does not run a value with newlines, quotes and a meta-command", async () => {
      const text = `x\n\\! ${stage.marker.command}\n\\'; ${command()}; --`;
      await stage.live.query(
        `ALTER ROLE minixdr_read_only SET minixdr.note = ${escapeLiteral(text)}`,
      );
      assert.ok((await config()).includes(`minixdr.note=${text}`));
      await harmless();
    });

    it("grants nothing on the live server, where the same is restored", async () => {
      const { live } = stage;
      const text = breakOut("GRANT minixdr_migrations TO minixdr_read_only");
      await live.as("minixdr_read_only", stored("search_path", text));
      assert.ok((await config()).includes(`search_path=${text}`));
      await stage.dumped();
      const before = await authority(live);
      const { code, error } = await stage.restore("minixdr_restored", "--newest");
      assert.deepEqual(grown(before, await authority(live)), [], "the attack succeeded");
      assert.equal(code, 0, error);
    });
  });

  it("a search_path of minixdr,public, without a space, is the same path: the backup is good", async () => {
    await stage.live.as("minixdr_read_only", stored("search_path", "minixdr,public"));
    assert.ok((await config()).includes("search_path=minixdr,public"));
    await harmless();
    const pruned = await stage.prune();
    assert.equal(pruned.code, 0, `the attack succeeded: ${pruned.error}`);
  });

  for (const [title, sql] of [
    ["an empty search_path", `SET search_path = ''`],
    ["a search_path of odd names", `SET search_path = "$user", "a""b", "c, d", "E f", public`],
    ["a value with an equals sign and quotes", `SET application_name = 'a=b''c"d\\e'`],
    ["a value with percent signs", `SET application_name = '100 % %s %I $1'`],
    ["a time-out so short that nobody can work", `SET statement_timeout = '1ms'`],
    ["a time zone and encoding", `SET timezone = 'Asia/Kathmandu'`],
  ] as const)
    it(`${title}, of a role: the dump ends and verifies`, async () => {
      await stage.live.as(
        "minixdr_read_only",
        `SET transaction_read_only = off; ALTER ROLE minixdr_read_only ${sql}`,
      );
      await stage.live.as("minixdr_app", `ALTER ROLE minixdr_app ${sql}`);
      await stage.live.as(
        "minixdr_migrations",
        `SET ROLE NONE; ALTER ROLE minixdr_migrations ${sql}`,
      );
      assert.ok((await config()).length > 0);
      await harmless();
    });

  it("settings that the backup's own role has stored do not change what it reads", async () => {
    for (const setting of [
      "search_path = ''",
      "statement_timeout = '1ms'",
      "default_transaction_read_only = on",
      "idle_in_transaction_session_timeout = '1ms'",
      "row_security = on",
      "default_transaction_isolation = serializable",
      "bytea_output = escape",
      "DateStyle = 'SQL, DMY'",
      "extra_float_digits = -15",
    ])
      await stage.live.query(`ALTER ROLE minixdr_backup SET ${setting}`);
    await harmless();
  });

  it("names of roles with quotes, newlines and dollar quotes are names", async () => {
    const names = [`a"; SELECT 1; --`, `b'; DROP ROLE x; --`, "c\nd\\e", "%I %s %", "Ünïcode 名前"];
    for (const name of names)
      await stage.live.query(
        `CREATE ROLE ${escapeIdentifier(name)} LOGIN; GRANT minixdr_app TO ${escapeIdentifier(name)};
         GRANT SELECT ON minixdr.events TO ${escapeIdentifier(name)};
         ALTER ROLE ${escapeIdentifier(name)} SET search_path = minixdr, public;
         GRANT CONNECT ON DATABASE minixdr TO ${escapeIdentifier(name)}`,
      );
    const [count] = await stage.live.query<{ n: string }>(
      `SELECT count(*) AS n FROM pg_roles WHERE rolname IN (${names.map(escapeLiteral).join(", ")})`,
    );
    assert.equal(Number(count!.n), names.length);
    await harmless();
  });

  it("a role's name that ends a dollar quote runs nothing", async () => {
    const { live, marker } = stage;
    const name = `$do$;COPY(SELECT)TO PROGRAM'env>${marker.file}';--`;
    assert.ok(Buffer.byteLength(name) <= 63, name);
    await live.query(`CREATE ROLE ${escapeIdentifier(name)}`);
    await harmless();
  });

  it("default privileges for an attacker: restored as they are, and no further", async () => {
    const { live } = stage;
    await live.as(
      "minixdr_migrations",
      `ALTER DEFAULT PRIVILEGES GRANT ALL ON TABLES TO minixdr_exporter;
       ALTER DEFAULT PRIVILEGES GRANT EXECUTE ON FUNCTIONS TO minixdr_exporter;
       ALTER DEFAULT PRIVILEGES IN SCHEMA minixdr GRANT ALL ON TABLES TO minixdr_exporter`,
    );
    const writable = (database?: string) =>
      live.query<{ name: string }>(
        `SELECT c.oid::regclass::text AS name FROM pg_class c
          WHERE relkind = 'r' AND relnamespace = 'minixdr'::regnamespace
            AND has_table_privilege('minixdr_exporter', c.oid, 'INSERT') ORDER BY 1`,
        database,
      );
    const before = await writable();
    await harmless();
    assert.equal((await stage.restore("minixdr_restored")).code, 0);
    assert.deepEqual(await writable("minixdr_restored"), before, "the attack succeeded");
  });

  describe("code that a restore on the live server runs", () => {
    const tried: [title: string, statement: string][] = [
      ["makes the reader a member of the owner", "GRANT minixdr_migrations TO minixdr_read_only"],
      [
        "makes the reader a member of who restores",
        "DO $d$ BEGIN EXECUTE format('GRANT %I TO stranger', session_user); END $d$",
      ],
      [
        "gives the owner another password",
        "SET ROLE minixdr_migrations; ALTER ROLE minixdr_migrations PASSWORD 'known'",
      ],
      [
        "gives the schema's owner another password, whoever that is",
        `DECLARE owner text := (SELECT nspowner::regrole FROM pg_namespace WHERE nspname = 'minixdr');
         BEGIN EXECUTE 'SET ROLE ' || owner; EXECUTE 'ALTER ROLE ' || owner || ' PASSWORD ''known'''; END`,
      ],
      [
        "gives who restores another password",
        "RESET ROLE; DO $d$ BEGIN EXECUTE format('ALTER ROLE %I PASSWORD ''known''', session_user); END $d$",
      ],
      [
        "gives the owner another search_path",
        "SET ROLE minixdr_migrations; ALTER ROLE minixdr_migrations SET search_path = public",
      ],
      [
        "makes a role",
        "CREATE ROLE intruder LOGIN PASSWORD 'known' CREATEROLE IN ROLE minixdr_migrations",
      ],
      [
        "changes the live database",
        "ALTER DATABASE minixdr CONNECTION LIMIT 0; ALTER DATABASE minixdr SET search_path = public",
      ],
    ];
    for (const [title, statement] of tried)
      it(`${title}: in vain`, async () => {
        const { live } = stage;
        await live.query("CREATE ROLE stranger LOGIN");
        const code = `DO $a$ BEGIN ${statement}; END $a$`;
        // It works for who may do it.
        await live.as("minixdr_master", `BEGIN; ${code}; ROLLBACK`);
        await live.as(
          "minixdr_migrations",
          `${hostile(code, true)}
           CREATE TABLE t (n int CHECK (hostile(n) = n)); INSERT INTO t VALUES (1)`,
        );
        await stage.dumped();
        const before = await authority(live);
        const ended = await stage.restore("minixdr_restored", "--newest");
        // Who restores may change its own password (PostgreSQL 15, ALTER ROLE): it has nothing else.
        const changed = grown(before, await authority(live)).filter(
          (line) => !/^role minixdr_restore /.test(line),
        );
        assert.deepEqual(changed, [], "the attack succeeded");
        // The code hides its failure, so the restore is whole; or it is refused, by the code's name.
        if (ended.code !== 0) assert.match(ended.error, /role|member|password|setting|hostile/i);
      });

    it("ends the sessions of the application: in vain", async () => {
      const { live } = stage;
      await live.as(
        "minixdr_migrations",
        `${hostile("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'minixdr_app'", true)}
         CREATE TABLE t (n int CHECK (hostile(n) = n)); INSERT INTO t VALUES (1)`,
      );
      await stage.dumped();
      const session = live.as("minixdr_app", "SELECT pg_sleep(600)");
      const ends = session.then(
        () => "ended",
        (error: Error) => error.message,
      );
      try {
        const { code, error } = await stage.restore("minixdr_restored", "--newest");
        const still = await Promise.race([ends, Promise.resolve("still there")]);
        assert.equal(still, "still there", "the attack succeeded");
        assert.equal(code, 0, error);
      } finally {
        await live.query(
          "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE '%pg_sleep(600)%' AND pid <> pg_backend_pid()",
        );
        await ends;
      }
    });
  });
});

/** What was not there before: somebody has more rights, or others, than before. */
function grown(before: string[], after: string[]): string[] {
  return after.filter((line) => !before.includes(line));
}
