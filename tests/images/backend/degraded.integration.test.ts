import assert from "node:assert/strict";
import pWaitFor from "p-wait-for";
import { needTools } from "../../support/need-tools";
import type { Backend } from "./support/backend";
import { Bed } from "./support/bed";
import { attack, Client, type Answer } from "./support/client";

/** Longest time of one request at the database, and some for a busy machine. */
const databaseLimit = 2000 + 700;

describe("degraded modes", function () {
  this.timeout(120_000);
  let bed: Bed;
  let backend: Backend;
  let client: Client;

  before(async function () {
    await needTools(this, ["postgres", "redis-server"]);
    bed = await Bed.start();
    backend = await bed.backend();
    client = new Client((await bed.organization("acme")).apiKey, backend);
    // Fills the caches.
    assert.equal((await client.send(attack)).status, 201);
    assert.equal((await client.get("/api/incidents")).status, 200);
  });
  after(() => bed?.stop());
  afterEach(async () => {
    bed.link.restore();
    await mode("normal");
  });

  const mode = (expected: string) =>
    pWaitFor(async () => (await client.get("/api/state")).body.mode === expected, {
      interval: 100,
    });
  const timed = async <T>(work: Promise<T>): Promise<[T, number]> => {
    const started = performance.now();
    return [await work, performance.now() - started];
  };
  const count = async (key: string) =>
    (
      await bed.database.query<{ n: number }>(
        `SELECT count(*)::int AS n FROM minixdr.events WHERE idempotency_key = '${key}'`,
      )
    )[0]!.n;
  const refusal = ({ status, headers, body }: Answer, ...kinds: string[]) => {
    assert.equal(status, 503, JSON.stringify(body));
    assert.ok(Number(headers.get("retry-after")) >= 1);
    assert.ok(
      kinds.some((kind) => body.type === `/problems/${kind}`),
      body.type,
    );
  };

  /** Reads again and again while the fault lasts; all of it was cached before. */
  async function cachedReads(amount: number): Promise<{ served: number; slowest: number }> {
    let served = 0;
    let slowest = 0;
    for (let left = amount; left > 0; left--) {
      const [answer, took] = await timed(client.get("/api/incidents"));
      if (answer.status === 200) served++;
      slowest = Math.max(slowest, took);
    }
    return { served, slowest };
  }

  async function proveOutage(kinds: string[]): Promise<void> {
    // Whoever comes first waits for the limit, and gets a clear refusal.
    const first = await Promise.all(
      Array.from({ length: 6 }, (_, index) => timed(client.send(attack, `fault-${index}`))),
    );
    for (const [answer, took] of first) {
      refusal(answer, ...kinds);
      assert.ok(took < databaseLimit, `${took} ms`);
    }
    // Then the breaker is open, and nobody waits.
    await mode("read-only");
    const [answer, took] = await timed(client.send(attack, "fault-late"));
    refusal(answer, "read-only");
    assert.ok(took < 1000, `${took} ms`);
    const { served, slowest } = await cachedReads(500);
    assert.equal(served, 500);
    assert.ok(slowest < 1000, `${slowest} ms`);
    assert.equal((await client.get("/api/incidents")).headers.get("x-cache"), "stale");
    assert.equal((await client.get("/health/serving")).status, 200);
    const ready = await client.get("/health/ready");
    assert.deepEqual([ready.status, ready.body], [503, { failed: ["database"] }]);
    assert.ok(bed.link.struck > 0);
  }

  async function proveRecovery(prefix: string): Promise<void> {
    bed.link.restore();
    const [, took] = await timed(mode("normal"));
    assert.ok(took < 15_000, `${took} ms`);
    // Refused is absent; and the same key works now.
    for (const key of [`${prefix}-0`, `${prefix}-late`]) {
      assert.equal(await count(key), 0);
      assert.equal((await client.send(attack, key)).status, 201);
      assert.equal(await count(key), 1);
    }
    await bed.database.query("DELETE FROM minixdr.events WHERE idempotency_key LIKE 'fault-%'");
    await bed.database.query("DELETE FROM minixdr.idempotency_keys WHERE key LIKE 'fault-%'");
  }

  it("slow database: refuses within the limit, opens the breaker, serves what it has, and comes back", async () => {
    bed.link.delay = 500;
    await proveOutage(["database-slow", "database-away"]);
    await proveRecovery("fault");
  });

  it("partition: takes no writes and says so, serves what it has, and comes back by itself", async () => {
    bed.link.cut();
    await proveOutage(["database-slow", "database-away"]);
    await proveRecovery("fault");
  });

  it("a server that takes no writes: read-only mode, while reads go on", async () => {
    await bed.database.query("ALTER ROLE minixdr_app SET default_transaction_read_only = on");
    bed.link.restore(); // new connections, as after a failover
    for (let index = 0; index < 6; index++)
      refusal(await client.send(attack, `standby-${index}`), "read-only", "database-away");
    await mode("read-only");
    assert.deepEqual((await client.get("/api/state")).body.reasons, ["database-read-only"]);
    assert.equal((await client.get("/api/incidents?limit=7")).headers.get("x-cache"), "miss");
    await bed.database.query("ALTER ROLE minixdr_app RESET default_transaction_read_only");
  });

  it("connections that have ended are opened again, without traffic", async () => {
    const connections = () =>
      bed.database.query<{ pid: number }>(
        "SELECT pid FROM pg_stat_activity WHERE usename = 'minixdr_app' ORDER BY pid",
      );
    const all = async (wanted: (pid: number) => boolean) => {
      const now = await connections();
      return now.length === 10 && now.every(({ pid }) => wanted(pid));
    };
    await pWaitFor(() => all(() => true), { interval: 100 });
    const old = new Set((await connections()).map(({ pid }) => pid));
    await bed.database.query(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'minixdr_app'",
    );
    await pWaitFor(() => all((pid) => !old.has(pid)), { interval: 100 });
  });

  it("a statement that takes too long is cancelled at the server", async () => {
    const { released } = await bed.hold(4);
    const waiting = () =>
      bed.database.query(
        "SELECT FROM pg_stat_activity WHERE usename = 'minixdr_app' AND state = 'active'",
      );
    const [answer, took] = await timed(client.send(attack, "locked"));
    refusal(answer, "database-slow");
    assert.ok(took > 1400 && took < databaseLimit, `${took} ms`);
    assert.deepEqual(await waiting(), []);
    await released;
    assert.equal(await count("locked"), 0);
  });

  it("a COMMIT without an answer is unknown, not refused; its repetition tells", async () => {
    // COMMIT takes a second, in which the path breaks.
    await bed.database.query(
      `CREATE FUNCTION minixdr.nap() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(1); RETURN NULL; END';
       CREATE CONSTRAINT TRIGGER nap AFTER INSERT ON minixdr.idempotency_keys DEFERRABLE INITIALLY DEFERRED
         FOR EACH ROW WHEN (NEW.key = 'nap') EXECUTE FUNCTION minixdr.nap()`,
    );
    const sent = client.send(attack, "nap");
    await bed.until("SELECT FROM pg_stat_activity WHERE query = 'COMMIT' AND state = 'active'");
    bed.link.cut();
    const answer = await sent;
    refusal(answer, "unknown-outcome");
    assert.equal(answer.headers.get("outcome"), "unknown");
    bed.link.restore();
    await mode("normal");
    const again = await client.send(attack, "nap");
    assert.equal(again.status, 201);
    assert.equal(again.headers.get("idempotency-replayed"), "true");
    assert.equal(await count("nap"), 1);
    await bed.database.query("DROP FUNCTION minixdr.nap CASCADE");
  });

  it("cache gone: does without, counts it apart, and says so", async () => {
    await bed.cache.stop();
    await mode("degraded");
    assert.deepEqual((await client.get("/api/state")).body.reasons, ["cache-away"]);
    assert.equal((await client.send(attack)).status, 201);
    // Its own memory still answers.
    const { served } = await cachedReads(50);
    assert.equal(served, 50);
    assert.equal((await client.get("/api/incidents?limit=9")).headers.get("x-cache"), "miss");
    const ready = await client.get("/health/ready");
    assert.deepEqual([ready.status, ready.body], [503, { failed: ["cache"] }]);
    assert.equal((await client.get("/health/serving")).status, 200);
    const { body } = await client.get("/metrics");
    assert.match(body, /^cache_errors_total [1-9]/m);
    await bed.cache.start();
  });
});
