import assert from "node:assert/strict";
import { EventEmitter, once } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import { LocalServer } from "../../../lib/http-server";
import { now } from "../../../chaos/traffic/clock";
import { counts, violations } from "../../../chaos/traffic/ledger";
import type { LoadConfig, RequestKind } from "../../../chaos/traffic/load/config";
import { Generator } from "../../../chaos/traffic/load/generator";
import type { LoadReport } from "../../../chaos/traffic/load/report";
import type { Handle } from "./support";

const read: RequestKind = { name: "read", weight: 1, method: "GET", path: "/", timeout: 5000 };
const write: RequestKind = {
  name: "write",
  weight: 1,
  method: "POST",
  path: "/api/events",
  headers: { "Idempotency-Key": "{key}", "Content-Type": "application/json" },
  body: '{"uid":"{key}","time":{now}}',
  timeout: 5000,
  writes: { organization: "o", rows: 1 },
};

/** Requests as they come, numbered from 1. */
const arrivals = new EventEmitter();

/** Runs against a server until it has seen `requests`, or until `until`. */
async function load(
  handle: (n: number, request: IncomingMessage, response: ServerResponse) => unknown,
  change: Partial<LoadConfig>,
  requests: number,
  during?: (url: string) => Promise<unknown>,
): Promise<LoadReport> {
  let seen = 0;
  const count: Handle = (request, response) => {
    handle(++seen, request, response);
    if (seen === requests) arrivals.emit("enough");
  };
  const server = await LocalServer.streaming((request, response) => void count(request, response));
  const enough = once(arrivals, "enough");
  const generator = new Generator({
    url: server.url,
    rate: 200,
    connections: "keep-alive",
    kinds: [read],
    ...change,
  });
  try {
    await (during?.(server.url) ?? enough);
    return await generator.stop();
  } finally {
    await server.stop();
  }
}

/** Resolves once so many milliseconds have gone by. */
function elapsed(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

describe("The load generator", () => {
  it("sends at its rate, however slow the answers are", async () => {
    const open: ServerResponse[] = [];
    const report = await load(
      (n, _, response) => {
        open.push(response);
        if (n === 100) for (const one of open.splice(0)) one.end();
        else if (n > 100) response.end();
      },
      {},
      100,
    );
    assert.ok(
      report.seconds > 0.45 && report.seconds < 1.5,
      `${report.seconds} s for 100 at 200/s`,
    );
    assert.equal(report.total.failed, 0);
  });

  it("shows a stall of 1 s in full, as nobody waits to ask", async () => {
    let stalledUntil = Infinity;
    const report = await load(
      (n, _, response) => {
        if (n === 100) stalledUntil = now() + 1000;
        const wait = n < 100 ? 0 : stalledUntil - now();
        if (wait > 0) setTimeout(() => response.end(), wait);
        else response.end();
      },
      { rate: 100 },
      400,
    );
    const { p50, p99, max } = report.total.latency;
    assert.ok(p50 < 200, `p50 ${p50} ms`);
    assert.ok(p99 > 850, `p99 ${p99} ms; a client that waits for its answers would see 1 of 400`);
    assert.ok(max > 950 && max < 2000, `max ${max} ms`);
  });

  it("finds its own lag, calls the run void, and counts what it did not send as failed", async () => {
    const report = await load(
      (_, __, response) => response.end(),
      {},
      0,
      async () => {
        await elapsed(200);
        const until = now() + 1300;
        while (now() < until); // nothing of this process runs, the generator neither
        await elapsed(200);
      },
    );
    assert.match(report.void!, /late/);
    assert.ok(report.lag.worst > 1200 && report.lag.share > 0.5, JSON.stringify(report.lag));
    const { unsent = 0 } = report.total.outcomes;
    assert.ok(unsent > 20 && unsent < 120, `${unsent} unsent of the 0.3 s above one second`);
    assert.equal(report.total.failed, unsent);
  });

  it("has failures of a known time in the error window, the run and the time line", async () => {
    let from = NaN;
    let to = NaN;
    const report = await load(
      (n, _, response) => {
        if (n === 100) from = now();
        if (n === 150) to = now();
        response.writeHead(n >= 100 && n < 150 ? 500 : 200).end();
      },
      {},
      250,
    );
    const { first, last, windowMilliseconds } = report.failures!;
    // Arrivals are 5 ms apart; on a busy machine they come later than intended, never earlier.
    assert.ok(first <= from && first > from - 200, `first ${first - from} ms`);
    assert.ok(last <= to && last > to - 200, `last ${last - to} ms`);
    assert.ok(Math.abs(windowMilliseconds - 245) < 30, `${windowMilliseconds} ms for 50 arrivals`);
    assert.equal(report.longestRun!.requests, 50);
    const failing = report.timeline.flatMap(({ failed }, i) => (failed > 0 ? [i] : []));
    assert.equal(failing[0], Math.floor((first - report.started) / 100));
    assert.equal(failing.at(-1), Math.floor((last - report.started) / 100));
  });

  it("sees every reset of a kept connection, and repeats nothing by itself", async () => {
    let served = 0;
    const report = await load(
      (n, request, response) => {
        served = n;
        if (n % 20 === 0) request.socket.destroy();
        else response.end();
      },
      {},
      200,
    );
    assert.equal(report.total.requests, served);
    assert.equal(report.total.outcomes.reset, Math.floor(served / 20));
  });

  it("tries a second time where it is told to, with the same key", async () => {
    const keys: string[] = [];
    const report = await load(
      (n, { headers, socket }, response) => {
        keys.push(String(headers["idempotency-key"]));
        if (n % 20 === 0) socket.destroy();
        else response.writeHead(201).end();
      },
      { kinds: [{ ...write, retryAfter: 0 }] },
      200,
    );
    assert.equal(report.total.failed, 0);
    assert.ok(report.total.rescued >= 9, `${report.total.rescued}`);
    assert.equal(new Set(keys).size, report.total.requests);
    assert.equal(keys.length, report.total.requests + report.total.rescued);
    assert.equal(counts(report.writes).acknowledged, report.total.requests);
  });

  it("tells failures apart", async () => {
    const report = await load(
      (n, { socket }, response) => {
        if (n % 5 === 0) socket.resetAndDestroy();
        else if (n % 5 === 1)
          response.writeHead(200, { "Content-Length": 9 }).write("x", () => socket.destroy());
        else if (n % 5 === 2) response.writeHead(503).end();
        else if (n % 5 === 3) response.end();
      },
      { kinds: [{ ...read, timeout: 200 }] },
      100,
    );
    assert.deepEqual(Object.keys(report.total.outcomes).sort(), [
      "200",
      "503",
      "reset",
      "time-out",
      "truncated",
    ]);
    for (const count of Object.values(report.total.outcomes)) assert.ok(count >= 19, `${count}`);
  });

  it("tells that nobody listens", async () => {
    const gone = await LocalServer.start(() => undefined);
    await gone.stop();
    const report = await load(
      () => undefined,
      { url: gone.url },
      0,
      () => elapsed(100),
    );
    assert.deepEqual(Object.keys(report.total.outcomes), ["refused"]);
  });

  for (const connections of ["new", "keep-alive"] as const)
    it(`uses ${connections} connections`, async () => {
      const sockets = new Set<unknown>();
      const report = await load(
        (_, { socket }, response) => {
          sockets.add(socket);
          response.end();
        },
        { connections },
        100,
      );
      const { requests, failed } = report.total;
      assert.equal(failed, 0);
      if (connections === "new") assert.equal(sockets.size, requests);
      else assert.ok(sockets.size < requests / 2, `${sockets.size} connections`);
    });

  it("mixes kinds by weight, each write with a key of its own", async () => {
    const bodies = new Set<string>();
    const report = await load(
      (_, request, response) => {
        let text = "";
        request.setEncoding("utf8").on("data", (piece: string) => (text += piece));
        request.on("end", () => {
          if (request.method === "POST") bodies.add((JSON.parse(text) as { uid: string }).uid);
          response.writeHead(request.method === "POST" ? 201 : 200).end();
        });
      },
      { kinds: [{ ...read, weight: 3 }, write] },
      200,
    );
    const { read: reads, write: writes } = report.kinds;
    assert.ok(Math.abs(reads!.requests - 3 * writes!.requests) <= 3);
    assert.equal(bodies.size, writes!.requests);
    assert.equal(report.writes.length, writes!.requests);
  });

  it("keeps a ledger that an honest server does not contradict, and a dishonest one does", async () => {
    const stored: { organization: string; key: string; rows: number }[] = [];
    const problem = { "Content-Type": "application/problem+json" };
    const report = await load(
      (n, { headers, socket }, response) => {
        const store = () =>
          stored.push({ organization: "o", key: String(headers["idempotency-key"]), rows: 1 });
        if (n % 6 !== 1 && n % 6 !== 2) store();
        if (n % 6 === 0) response.writeHead(201).end();
        else if (n % 6 === 1) response.writeHead(503, problem).end();
        else if (n % 6 === 2) response.writeHead(429).end();
        else if (n % 6 === 3) response.writeHead(503, { ...problem, Outcome: "unknown" }).end();
        else if (n % 6 === 4) response.writeHead(502).end();
        else socket.destroy();
      },
      { kinds: [write] },
      120,
    );
    const { acknowledged, refused, unknown } = counts(report.writes);
    assert.ok(acknowledged >= 20 && refused >= 39 && unknown >= 58);
    assert.deepEqual(violations(report.writes, stored), []);
    const lost = stored.filter(({ key }) => report.writes[5]!.key !== key);
    assert.equal(violations(report.writes, lost).length, 1);
  });

  it("gives up above the share of failures that is allowed", async () => {
    const report = await load(
      (n, _, response) => response.writeHead(n > 100 ? 500 : 200).end(),
      { rate: 500, abortShare: 0.5 },
      0,
      () => elapsed(1000),
    );
    assert.match(report.aborted!, /^10\d of the latest 200 requests have failed$/);
    assert.ok(report.seconds < 0.9, `${report.seconds} s`);
  });
});
