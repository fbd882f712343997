import assert from "node:assert/strict";
import { isNamed, versionsOf } from "../../../images/backend/etag";
import { Metrics, sourceOf } from "../../../images/backend/metrics";
import { stateOf } from "../../../images/backend/mode";
import { kindOf, Problem } from "../../../images/backend/problems";
import { RateLimit } from "../../../images/backend/rate";
import { readDatabase, readSettings } from "../../../images/backend/settings";

describe("entity tags", () => {
  it("match If-Match strongly", () => {
    assert.equal(versionsOf(" * "), "any");
    assert.deepEqual(versionsOf('"1", "20"'), [1, 20]);
    assert.deepEqual(versionsOf('W/"1"'), []);
    for (const rubbish of ["", "1", '"a"', '"-1"', '"99999999999"', '"0"'])
      assert.deepEqual(versionsOf(rubbish), [], rubbish);
  });

  it("match If-None-Match weakly", () => {
    assert.equal(isNamed(undefined, '"1"'), false);
    assert.equal(isNamed('W/"1"', '"1"'), true);
    assert.equal(isNamed('"2", "1"', '"1"'), true);
    assert.equal(isNamed("*", '"1"'), true);
    assert.equal(isNamed('"11"', '"1"'), false);
  });
});

describe("problems", () => {
  it("ask for a repetition where one makes sense, and mark the one that is not certain", () => {
    assert.equal(new Problem("key-in-use").headers["retry-after"], "1");
    assert.equal(new Problem("read-only", undefined, 2).headers["retry-after"], "2");
    assert.equal(new Problem("not-found").headers["retry-after"], undefined);
    assert.equal(new Problem("unknown-outcome").headers.outcome, "unknown");
    assert.equal(new Problem("database-slow").headers.outcome, undefined);
  });

  it("exist for whatever status Fastify chooses", () => {
    assert.equal(kindOf(413), "content-too-large");
    assert.equal(kindOf(431), "bad-request");
    assert.equal(kindOf(502), "internal");
  });
});

describe("RateLimit", () => {
  it("counts every tenant's second for itself", () => {
    let now = 0;
    const limit = new RateLimit(2, () => now);
    const take = (tenant: string) => limit.take(tenant);
    assert.deepEqual([take("a"), take("a"), take("a"), take("b")], [true, true, false, true]);
    now = 1000;
    assert.equal(take("a"), true);
  });
});

describe("the mode", () => {
  const store = (change: object) => ({
    writesRefused: undefined,
    replicaKeepsUp: true,
    breakers: { write: { state: "closed" }, read: { state: "closed" } },
    ...change,
  });
  const of = (change: object, available = true) => stateOf(store(change) as never, { available });

  it("is what the dependencies allow", () => {
    assert.deepEqual(of({}), { mode: "normal", reasons: [] });
    assert.deepEqual(of({}, false), { mode: "degraded", reasons: ["cache-away"] });
    assert.deepEqual(of({ replicaKeepsUp: false }).reasons, ["replica-behind"]);
    assert.deepEqual(of({ writesRefused: "database-slow" }, false), {
      mode: "read-only",
      reasons: ["database-slow", "cache-away"],
    });
  });
});

describe("Metrics", () => {
  it("bounds what clients could make endless", async () => {
    const metrics = new Metrics();
    for (let index = 0; index < 200; index++) {
      metrics.stored(sourceOf(`product ${index}`), `organization ${index}`, 1);
      metrics.request(`METHOD${index}`, "unmatched", 404, 1);
    }
    const text = await metrics.text(0);
    const series = text.split("\n").filter((line) => line.startsWith("events_ingested_total{"));
    assert.equal(series.length, 51);
    assert.ok(series.every((line) => line.includes('source_type="other"')));
    assert.match(
      text,
      /^http_requests_total\{method="other",endpoint="unmatched",status="404"\} 200$/m,
    );
  });
});

describe("settings", () => {
  const environment = {
    DATABASE_HOST: "pgbouncer",
    DATABASE_NAME: "minixdr",
    DATABASE_READ_ONLY_NAME: "minixdr_ro",
    DATABASE_USER: "app",
    DATABASE_PASSWORD: "p",
    DATABASE_READ_ONLY_USER: "ro",
    DATABASE_READ_ONLY_PASSWORD: "r",
    DATABASE_CA_FILE: __filename,
    CACHE_HOST: "cache",
    CACHE_TOKEN: "t",
  };

  it("are read whole, with the defaults that are documented", () => {
    const { port, writer, replica, limits } = readSettings(environment);
    assert.deepEqual([port, writer.port, writer.database], [8000, 5432, "minixdr"]);
    assert.deepEqual(
      [replica.user, replica.database, replica.host],
      ["ro", "minixdr_ro", "pgbouncer"],
    );
    assert.deepEqual(limits, { writes: 64, reads: 256, streams: 200, rate: 2000, burst: 250 });
  });

  for (const name of Object.keys(environment))
    it(`name ${name} when it is missing`, () =>
      assert.throws(
        () => readSettings({ ...environment, [name]: "" }),
        (error: Error) => error.name === "UsageError" && error.message.startsWith(`${name}: `),
      ));

  it("refuse what is no number, no file, or breaks the chain of time-outs", () => {
    const read = (change: object) => () => readSettings({ ...environment, ...change });
    assert.throws(read({ PORT: "80a" }), /^UsageError: PORT: "80a"/);
    assert.throws(read({ DATABASE_CA_FILE: "/nowhere" }), /DATABASE_CA_FILE: ENOENT/);
    assert.throws(read({ KEEP_ALIVE_MS: "5000" }), /time-outs: keep-alive \(5000\)/);
    assert.throws(() => readDatabase({}), /DATABASE_HOST: not set/);
  });
});
