import assert from "node:assert/strict";
import { freemem } from "node:os";
import { setImmediate, setTimeout } from "node:timers/promises";
import { Client } from "pg";
import { needTools, skipLoudly } from "../../../support/need-tools";
import { isParted } from "../support/checkout";
import type { Ended } from "../support/job";
import { startJob } from "../support/job";
import { dumpedSql } from "./support/dumped-sql";
import { payloadAt } from "./support/forge";
import { Stage } from "./support/stage";

/** Longest that a dump may be held up, s: twice what it waits before it ends who stands in its way. */
const patience = 150;

interface Manifest {
  lacking: string[];
  largeObjects: number;
  facts: { rows: Record<string, number> };
}

describe("vetoes: no role of the database keeps it from being saved", function () {
  this.timeout(400_000);
  let stage: Stage;
  const sessions: Client[] = [];

  before(async function () {
    await needTools(this, ["postgres", "moto_server"]);
    stage = await Stage.start();
  });
  beforeEach(() => stage.freshDatabase());
  afterEach(async () => {
    for (const session of sessions.splice(0)) await session.end().catch(() => {});
  });
  after(() => stage?.stop());

  /** A session that stays. */
  async function session(user: string, ...statements: string[]): Promise<Client> {
    const client = new Client({ host: stage.live.host, user, database: "minixdr" });
    client.on("error", () => {});
    await client.connect();
    sessions.push(client);
    for (const statement of statements) await client.query(statement);
    return client;
  }

  /** A dump that ends within a time; one that does not is ended, and the attack has succeeded. */
  async function dumpWithin(
    seconds: number,
  ): Promise<{ ended: Ended; manifest: Manifest; folder: string }> {
    const job = await startJob(["dump"], stage.environment("backup"));
    const late = setTimeout(seconds * 1000, "late" as const, { ref: false });
    const first = await Promise.race([job.done, late]);
    if (first === "late") {
      job.child.kill("SIGKILL");
      assert.fail(`the attack succeeded: the dump still waits after ${seconds} s`);
    }
    assert.equal(first.code, 0, `the attack succeeded, there is no dump: ${first.error}`);
    const { id, tier } = first.lines.find(({ message }) => message === "dumping")!;
    const folder = `${String(tier)}/${String(id)}/`;
    const manifest = JSON.parse(await payloadAt(stage, `${folder}manifest.json`)) as Manifest;
    return { ended: first, manifest, folder };
  }

  const says = ({ lines }: Ended, message: RegExp, field?: RegExp) =>
    assert.ok(
      lines.some(
        (line) => message.test(line.message) && (!field || field.test(JSON.stringify(line))),
      ),
      `nothing says ${message}: ${lines.map(({ message }) => message).join("; ")}`,
    );

  async function isWhole({ manifest }: { manifest: Manifest }): Promise<void> {
    assert.equal(manifest.facts.rows["minixdr.events"], 100);
    if (isParted) assert.deepEqual(manifest.lacking, []);
    const { code, error } = await stage.verify();
    assert.equal(code, 0, error);
  }

  it("a large object of the read-only role: left out, counted and told", async () => {
    await stage.live.as(
      "minixdr_read_only",
      "SET transaction_read_only = off; SELECT lo_create(0)",
    );
    const [count] = await stage.live.query<{ n: string }>(
      "SELECT count(*) AS n FROM pg_largeobject_metadata",
    );
    assert.equal(Number(count!.n), 1);
    const dumped = await dumpWithin(30);
    assert.equal(dumped.manifest.largeObjects, 1);
    says(dumped.ended, /large objects are left out/);
    assert.equal((await stage.figures()).get("large_objects"), 1);
    await isWhole(dumped);
  });

  it("an advisory lock that any role may hold", async () => {
    await session("minixdr_read_only", "SELECT pg_advisory_lock(hashtext('backup.canary'))");
    const held = await stage.live.query(
      "SELECT FROM pg_locks WHERE locktype = 'advisory' AND granted",
    );
    assert.equal(held.length, 1);
    await isWhole(await dumpWithin(30));
  });

  it("a table locked by the application, in a transaction that idles", async () => {
    await session("minixdr_app", "BEGIN", "LOCK TABLE minixdr.events IN ACCESS EXCLUSIVE MODE");
    const held = await stage.live.query(
      "SELECT FROM pg_locks WHERE mode = 'AccessExclusiveLock' AND granted AND relation = 'minixdr.events'::regclass",
    );
    assert.equal(held.length, 1);
    const dumped = await dumpWithin(patience);
    says(dumped.ended, /ended a session that blocked the dump/, /minixdr_app/);
    await isWhole(dumped);
  });

  it("a change of the schema that waits for a reader, with the dump behind both", async () => {
    await session("minixdr_read_only", "BEGIN", "SELECT * FROM minixdr.events");
    const change = await session("minixdr_migrations", "SET lock_timeout = 0");
    const changed = change.query("ALTER TABLE minixdr.events ADD COLUMN more int").catch(() => {});
    while ((await stage.live.query("SELECT FROM pg_locks WHERE NOT granted")).length === 0);
    await isWhole(await dumpWithin(patience));
    await session("minixdr_read_only");
    for (const one of sessions.splice(0)) await one.end().catch(() => {});
    await changed;
  });

  it("a transaction that idles and has read everything", async () => {
    await session(
      "minixdr_read_only",
      "BEGIN ISOLATION LEVEL REPEATABLE READ",
      "SELECT count(*) FROM minixdr.events",
    );
    await isWhole(await dumpWithin(30));
  });

  it("row security that is forced, with a policy that runs code: left out by name, and nothing runs", async () => {
    await stage.live.as(
      "minixdr_migrations",
      `SET search_path = minixdr;
       CREATE FUNCTION seen() RETURNS boolean LANGUAGE plpgsql AS $f$ BEGIN RAISE LOG 'policy ran as %', current_user; RETURN true; END $f$;
       CREATE TABLE hidden (n int); INSERT INTO hidden VALUES (1), (2);
       ALTER TABLE hidden ENABLE ROW LEVEL SECURITY; ALTER TABLE hidden FORCE ROW LEVEL SECURITY;
       CREATE POLICY all_of_it ON hidden USING (seen())`,
    );
    // The policy works, and says so.
    await stage.live.as("minixdr_migrations", "SELECT * FROM minixdr.hidden");
    const ran = (as: RegExp) => stage.live.log.filter((line) => as.test(line)).length;
    while (ran(/policy ran as minixdr_(migrations|owner)/) === 0) await setImmediate();
    const dumped = await dumpWithin(30);
    assert.equal(ran(/policy ran as minixdr_backup/), 0, "the attack succeeded: the policy's code ran as the backup's role");
    assert.deepEqual(dumped.manifest.lacking, ["minixdr.hidden"]);
    says(dumped.ended, /left out/, /minixdr\.hidden/);
    assert.equal((await stage.figures()).get("lacking_tables"), 1);
    const { lines } = await stage.restore("restored", "--newest");
    const restoring = lines.find(({ message }) => message === "restoring");
    assert.ok(!dumped.folder.includes(String(restoring?.id)), "it is chosen as if it were whole");
    const verified = await stage.verify();
    assert.equal(verified.code, 0, verified.error);
  });

  it("a table whose name is a pattern takes no other with it", async () => {
    for (const name of [
      "*",
      "ev*",
      "e?ents",
      "[a-z]+",
      'a"b',
      "a.b",
      "EVENTS",
      "events\n",
      "$$",
      "--exclude-table=x",
    ])
      await stage.live.as(
        "minixdr_migrations",
        `CREATE TABLE minixdr.${quoted(name)} (n int);
         ALTER TABLE minixdr.${quoted(name)} ENABLE ROW LEVEL SECURITY;
         ALTER TABLE minixdr.${quoted(name)} FORCE ROW LEVEL SECURITY`,
      );
    const { manifest, folder } = await dumpWithin(30);
    assert.equal(manifest.lacking.length, 10);
    assert.equal(manifest.facts.rows["minixdr.events"], 100);
    const sql = await dumpedSql(stage, folder);
    assert.match(
      sql,
      /COPY minixdr\.events \(id, body\) FROM stdin;\n1\t/,
      "the attack succeeded: other rows are left out too",
    );
  });

  it("rights revoked from the role that dumps: what it cannot read is named", async () => {
    await stage.live
      .as("minixdr_master", "REVOKE pg_read_all_data FROM minixdr_backup")
      .catch(() => stage.live.query("REVOKE pg_read_all_data FROM minixdr_backup"));
    await stage.live.as(
      "minixdr_migrations",
      "GRANT SELECT ON minixdr.events TO minixdr_backup; CREATE TABLE minixdr.secret (n int); REVOKE ALL ON minixdr.secret FROM minixdr_backup",
    );
    const dumped = await dumpWithin(30);
    assert.deepEqual(dumped.manifest.lacking, ["minixdr.secret"]);
    assert.equal(dumped.manifest.facts.rows["minixdr.events"], 100);
  });

  it("a row that is too large for the server to send", async function () {
    if (freemem() < 4e9) return skipLoudly(this, "a row of 1.2 GB takes 3 GB of memory");
    await stage.live.as(
      "minixdr_migrations",
      `CREATE TABLE minixdr.huge (a text, b text, c text, d text);
       INSERT INTO minixdr.huge (a) VALUES (repeat('x', 300000000));
       UPDATE minixdr.huge SET b = a, c = a, d = a`,
    );
    await assert.rejects(
      stage.live.query("SELECT huge::text FROM minixdr.huge"),
      /memory|too large|enlarge/i,
    );
    const dumped = await dumpWithin(patience);
    assert.deepEqual(dumped.manifest.lacking, ["minixdr.huge"]);
    says(dumped.ended, /cannot be dumped and is left out/, /minixdr\.huge/);
    assert.equal(dumped.manifest.facts.rows["minixdr.events"], 100);
  });

  it("a schema that stands in the dump's own: nothing of it is believed", async () => {
    // As its owner can: the canary is a view now.
    await stage.live
      .as("minixdr_backup", "DROP TABLE IF EXISTS backup.canary")
      .catch(() => stage.live.query("DROP TABLE backup.canary"));
    await stage.live.query(
      "CREATE VIEW backup.canary AS SELECT true AS one, gen_random_uuid() AS id, 'infinity'::timestamptz AS written_at",
    );
    const job = await startJob(["dump"], stage.environment("backup"));
    const { code, error } = await job.done;
    assert.equal(code, 1);
    assert.match(error, /canary/);
  });
});

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
