import assert from "node:assert/strict";
import { EventEmitter, once } from "node:events";
import http, { type IncomingMessage, type ServerResponse } from "node:http";
import net from "node:net";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import {
  Balancer,
  patternOf,
  type AccessLine,
  type BalancerConfig,
} from "../../../chaos/traffic/load-balancer/balancer";
import type { TargetChange } from "../../../chaos/traffic/load-balancer/target-group";
import { ask, balancerConfig, begin, deferred, group, TestTarget, type Handle } from "./support";

/** Events of the balancer at hand. */
let changes: TargetChange[] = [];
const heard = new EventEmitter().setMaxListeners(0);
const cleanups: (() => Promise<unknown>)[] = [];

async function balance(change: Parameters<typeof balancerConfig>[0] = {}) {
  const config: BalancerConfig = balancerConfig(change);
  changes = [];
  const balancer = await Balancer.start(config, (event) => {
    changes.push(event);
    heard.emit("change");
  });
  cleanups.push(() => balancer.close());
  const targets = balancer.group(group);
  return { balancer, targets, url: `http://127.0.0.1:${balancer.port}` };
}

/** Resolves with a target's change to a state, the first after `from` others. */
async function reached(target: TestTarget, state: string, from = 0): Promise<TargetChange> {
  for (;;) {
    const found = changes
      .slice(from)
      .find((change) => change.target === `127.0.0.1:${target.port}` && change.state === state);
    if (found) return found;
    await once(heard, "change");
  }
}

async function start(handle?: Handle): Promise<TestTarget> {
  const target = await TestTarget.start(handle);
  cleanups.push(() => target.stop());
  return target;
}

/** A balancer with one healthy target that answers as told. */
async function serving(handle?: Handle, change: Parameters<typeof balancerConfig>[0] = {}) {
  const target = await start(handle);
  const all = await balance(change);
  all.targets.register("127.0.0.1", target.port);
  await reached(target, "healthy");
  return { target, ...all };
}

describe("The load balancer", () => {
  afterEach(async () => {
    for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
  });

  describe("finds out who is healthy", () => {
    it("takes a new target in after one check, not after the threshold", async () => {
      const { target } = await serving(undefined, { healthyThreshold: 5 });
      assert.deepEqual(
        changes.map(({ state }) => state),
        ["initial", "healthy"],
      );
      assert.deepEqual(target.checks, [200]);
    });

    it("takes a target out after as many failed checks as the threshold says, and in again", async () => {
      const interval = 0.1;
      const { target, balancer, url } = await serving(undefined, { interval, healthyThreshold: 3 });
      const other = await start();
      balancer.group(group).register("127.0.0.1", other.port);
      await reached(other, "healthy");
      target.healthStatus = 500;
      const fault = performance.timeOrigin + performance.now();
      target.checks.length = 0;
      const { time, reason } = await reached(target, "unhealthy");
      assert.equal(reason, "Target.ResponseCodeMismatch");
      assert.deepEqual(target.checks, [500, 500]);
      assert.ok(time - fault > 90 && time - fault < 300, `${time - fault} ms for two intervals`);
      await Promise.all(Array.from({ length: 10 }, () => ask(url)));
      assert.equal(target.requests.length, 0);
      assert.equal(other.requests.length, 10);

      const before = changes.length;
      target.healthStatus = 200;
      target.checks.length = 0;
      await reached(target, "healthy", before);
      assert.deepEqual(target.checks, [200, 200, 200]);
    });

    it("does not count failures that a passed check parts", async () => {
      const { target } = await serving();
      target.nextHealth = [500, 200, 500, 200, 500, 200];
      target.healthStatus = 500;
      target.checks.length = 0;
      await reached(target, "unhealthy");
      assert.deepEqual(target.checks, [500, 200, 500, 200, 500, 200, 500, 500]);
    });

    it("says why: a refused connection, a time-out", async () => {
      const gone = await start();
      await gone.stop();
      const silent = await start();
      silent.healthStatus = 0;
      const { targets } = await balance();
      targets.register("127.0.0.1", gone.port);
      targets.register("127.0.0.1", silent.port);
      assert.equal((await reached(gone, "unhealthy")).reason, "Target.FailedHealthChecks");
      assert.equal((await reached(silent, "unhealthy")).reason, "Target.Timeout");
    });

    it("fails open: when no target is healthy, every registered one serves", async () => {
      const [one, two] = [await start(), await start()];
      one.healthStatus = two.healthStatus = 503;
      const { targets, url } = await balance();
      for (const { port } of [one, two]) targets.register("127.0.0.1", port);
      for (let i = 0; i < 4; i++) assert.equal((await ask(url)).status, 200, "while initial");
      await Promise.all([reached(one, "unhealthy"), reached(two, "unhealthy")]);
      for (let i = 0; i < 6; i++) assert.equal((await ask(url)).status, 200);
      assert.deepEqual([one.requests.length, two.requests.length], [5, 5]);
    });

    it("closes no door with the fail-open: one healthy target gets everything", async () => {
      const { target, targets, url } = await serving();
      const sick = await start();
      sick.healthStatus = 503;
      targets.register("127.0.0.1", sick.port);
      for (let i = 0; i < 6; i++) await ask(url);
      assert.deepEqual([target.requests.length, sick.requests.length], [6, 0]);
    });
  });

  describe("chooses", () => {
    it("the target with the fewest open requests", async () => {
      const held: ServerResponse[] = [];
      const hold = deferred();
      const { target, targets, url } = await serving((_, response) => {
        if (held.push(response) === 3) hold.resolve();
      });
      const slow = Array.from({ length: 3 }, () => ask(url));
      await hold.promise;
      const other = await start();
      targets.register("127.0.0.1", other.port);
      await reached(other, "healthy");
      for (let i = 0; i < 5; i++) await ask(url);
      assert.deepEqual([target.requests.length, other.requests.length], [3, 5]);
      for (const response of held) response.end();
      await Promise.all(slow);
    });

    it("nobody when nobody is registered: 503", async () => {
      const { url } = await balance();
      const { status, headers } = await ask(url);
      assert.deepEqual([status, headers.server], [503, "awselb/2.0"]);
    });
  });

  describe("lets a target go", () => {
    it("with its open request, and sends it nothing new", async () => {
      const hold = deferred<ServerResponse>();
      const { target, targets, url } = await serving((_, response) => hold.resolve(response));
      const open = ask(url);
      const response = await hold.promise;
      const other = await start();
      targets.register("127.0.0.1", other.port);
      await reached(other, "healthy");
      targets.deregister("127.0.0.1", target.port);
      const checks = target.checks.length;
      for (let i = 0; i < 20; i++) assert.equal((await ask(url)).status, 200);
      assert.deepEqual([target.requests.length, other.requests.length], [1, 20]);
      response.end("late");
      assert.equal((await open).body, "late");
      assert.ok(target.checks.length - checks <= 1, "it is checked no more");
      assert.equal(targets.targets.find(({ port }) => port === target.port)!.state, "draining");
    });

    it("and when the delay is over, cuts what is still open: 502", async () => {
      const arrived = deferred<unknown>();
      const { target, targets, url } = await serving(arrived.resolve, { deregistrationDelay: 0.1 });
      const open = ask(url);
      await arrived.promise;
      targets.deregister("127.0.0.1", target.port);
      assert.equal((await open).status, 502);
      await reached(target, "unused");
      assert.deepEqual(targets.targets, []);
    });

    it("and answers 503 when the last one goes", async () => {
      const { target, targets, url } = await serving();
      targets.deregister("127.0.0.1", target.port);
      assert.equal((await ask(url)).status, 503);
      assert.equal(target.requests.length, 0);
    });
  });

  describe("hides no failure", () => {
    for (const method of ["GET", "POST"])
      it(`a kept connection that ends as a ${method} comes: 502, sent once`, async () => {
        const { target, url } = await serving((request, response) => {
          if (request.url === "/first") response.end();
          else request.socket.destroy();
        });
        assert.equal((await ask(`${url}/first`)).status, 200);
        const body = method === "POST" ? "{}" : undefined;
        assert.equal((await ask(`${url}/second`, { method }, body)).status, 502);
        assert.deepEqual(
          target.requests.map((request) => request.url),
          ["/first", "/second"],
        );
        const [first, second] = target.requests.map(({ socket }) => socket);
        assert.ok(first === second, "the connection was a kept one");
      });

    it("a reset: 502", async () => {
      const { url } = await serving(({ socket }) => void socket.resetAndDestroy());
      assert.equal((await ask(url)).status, 502);
    });

    it("a refused connection: 502, on every try", async () => {
      const { target, url } = await serving();
      await target.stop();
      for (let i = 0; i < 3; i++) assert.equal((await ask(url)).status, 502);
    });

    it("an answer that is none: 502", async () => {
      const { url } = await serving(({ socket }) => void socket.end("no HTTP\r\n\r\n"));
      assert.equal((await ask(url)).status, 502);
    });

    it("a target that says nothing for the idle time-out: 504", async () => {
      const { url } = await serving(() => undefined, { idleTimeout: 0.2 });
      assert.equal((await ask(url)).status, 504);
    });

    it("a target that does not take the connection in time: 504", async () => {
      const { url, targets } = await serving(undefined, { connectTimeout: 0.1 });
      const never = () => Object.assign(new net.Socket(), { connecting: true });
      Object.assign(targets.targets[0]!.agent, { createConnection: never });
      assert.equal((await ask(url)).status, 504);
    });

    it("a client that stops in the middle of its request: 408", async () => {
      const { balancer } = await serving(() => undefined, { idleTimeout: 0.2 });
      const client = net.connect(balancer.port, "127.0.0.1");
      client.write("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nhalf");
      const [answer] = (await once(client, "data")) as [Buffer];
      assert.match(answer.toString(), /^HTTP\/1.1 408 /);
      await once(client.resume(), "close");
    });

    it("an answer that breaks off: the client's breaks off too", async () => {
      const { url } = await serving((_, response) => {
        response.writeHead(200, { "Content-Length": 100 });
        response.write("some", () => response.destroy());
      });
      await assert.rejects(ask(url), { code: "ECONNRESET" });
    });

    it("a client that goes: the target hears of it", async () => {
      const gone = deferred();
      const arrived = deferred();
      const { url } = await serving((_, response) => {
        response.on("close", () => gone.resolve());
        arrived.resolve();
      });
      const request = http.get(url).on("error", () => undefined);
      await arrived.promise;
      request.destroy();
      await gone.promise;
    });
  });

  describe("keeps connections", () => {
    it("to targets, whatever their hint says, and to clients", async () => {
      const { target, url, targets } = await serving((_, response) =>
        response.setHeader("Keep-Alive", "timeout=1").end(),
      );
      const agent = new http.Agent({ keepAlive: true });
      const ports = new Set<number>();
      for (let i = 0; i < 3; i++) {
        const response = await begin(url, { agent });
        ports.add(response.socket.localPort!);
        assert.equal(response.headers["keep-alive"], undefined);
        await once(response.resume(), "end");
      }
      agent.destroy();
      assert.equal(ports.size, 1);
      assert.equal(new Set(target.requests.map(({ socket }) => socket)).size, 1);
      const [free] = Object.values(targets.targets[0]!.agent.freeSockets);
      assert.equal(free![0]!.timeout, 5000);
    });

    it("to the client when the target closes its own", async () => {
      const { target, url } = await serving((_, response) =>
        response.setHeader("Connection", "close").end(),
      );
      const agent = new http.Agent({ keepAlive: true });
      const answers = [await ask(url, { agent }), await ask(url, { agent })];
      agent.destroy();
      assert.deepEqual(
        answers.map(({ headers }) => headers.connection),
        ["keep-alive", "keep-alive"],
      );
      assert.equal(new Set(target.requests.map(({ socket }) => socket)).size, 2);
    });

    it("to the target when the client closes its own", async () => {
      const { target, url } = await serving();
      for (let i = 0; i < 2; i++) {
        const { headers } = await ask(url, { headers: { Connection: "close" } });
        assert.equal(headers.connection, "close");
      }
      assert.equal(new Set(target.requests.map(({ socket }) => socket)).size, 1);
      assert.equal(target.requests[0]!.headers.connection, "keep-alive");
    });

    it("for the idle time-out", async () => {
      const { balancer } = await serving(undefined, { idleTimeout: 1.2 });
      const client = net.connect(balancer.port, "127.0.0.1");
      client.write("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
      await once(client, "data");
      const since = performance.now();
      await once(client, "end");
      client.destroy();
      const idle = performance.now() - since;
      assert.ok(idle > 1100 && idle < 1600, `${idle} ms`);
    });
  });

  describe("passes on", () => {
    it("a stream as it comes: headers before the first byte, each event at once", async () => {
      const opened = deferred<ServerResponse>();
      const { url } = await serving((_, response) => {
        response.writeHead(200, { "Content-Type": "text/event-stream" }).flushHeaders();
        opened.resolve(response);
      });
      const answer = await begin(url);
      const response = await opened.promise;
      for (const event of ["one", "two"]) {
        response.write(`data: ${event}\n\n`);
        const [piece] = (await once(answer, "data")) as [Buffer];
        assert.equal(piece.toString(), `data: ${event}\n\n`);
      }
      response.end();
      await once(answer, "end");
    });

    it("a request's body as it comes", async () => {
      const arrived = deferred<IncomingMessage>();
      const { url } = await serving((request, response) => {
        arrived.resolve(request);
        request.on("end", () => response.end());
      });
      const request = http.request(url, { method: "PUT", agent: false });
      request.write("first");
      const incoming = await arrived.promise;
      const [piece] = (await once(incoming, "data")) as [Buffer];
      assert.equal(piece.toString(), "first");
      request.end();
      const [answer] = (await once(request, "response")) as [IncomingMessage];
      assert.equal(answer.statusCode, 200);
      answer.resume();
    });

    it("who asks, for which host, and only what goes beyond the connection", async () => {
      const { target, url } = await serving((_, response) =>
        response.setHeader("Set-Cookie", ["a=1", "b=2"]).end(),
      );
      const headers = {
        Host: "mini-xdr.example",
        "X-Forwarded-For": "192.0.2.7",
        Connection: "close, X-Private",
        "X-Private": "1",
        "X-Kept": "1",
        TE: "trailers",
      };
      const answer = await ask(`${url}/api/events?a=b`, { headers });
      const request = target.requests[0]!;
      assert.equal(request.url, "/api/events?a=b");
      assert.equal(request.headers.host, "mini-xdr.example");
      assert.equal(request.headers["x-forwarded-for"], "192.0.2.7, 127.0.0.1");
      assert.equal(request.headers["x-forwarded-proto"], "https");
      assert.equal(request.headers["x-kept"], "1");
      assert.equal(request.headers["x-private"], undefined);
      assert.equal(request.headers.te, undefined);
      assert.deepEqual(answer.headers["set-cookie"], ["a=1", "b=2"]);
    });

    it("from its own address", async () => {
      const { target, url } = await serving(undefined, { localAddress: "127.0.0.2" });
      await ask(url);
      assert.equal(target.requests[0]!.socket.remoteAddress, "127.0.0.2");
    });
  });

  it("routes by path as AWS' patterns do", () => {
    assert.ok(patternOf("/api/*").test("/api/events/1"));
    assert.ok(!patternOf("/api/*").test("/api"));
    assert.ok(!patternOf("/api/*").test("/API/events"));
    assert.ok(patternOf("/v?/a.b").test("/v1/a.b"));
    assert.ok(!patternOf("/v?/a.b").test("/v1/aXb"));
    assert.ok(!patternOf("/health/ready").test("/health/ready/"));
  });

  it("answers by itself where a rule says so, and no target hears of it", async () => {
    const rules = [{ paths: ["/metrics"], status: 404 }];
    const { target, url } = await serving(undefined, { rules });
    assert.equal((await ask(`${url}/metrics?all`)).status, 404);
    assert.deepEqual(target.requests, []);
    assert.equal((await ask(`${url}/metrics/more`)).status, 200);
  });

  it("logs each request with its target, times and end", async () => {
    const folder = await mkdtemp(path.join(os.tmpdir(), "traffic-"));
    cleanups.push(() => rm(folder, { recursive: true }));
    const accessLog = path.join(folder, "access.jsonl");
    const { target, balancer, url } = await serving(
      (request, response) => {
        if (request.url === "/api/good") response.writeHead(204).end();
        else request.socket.destroy();
      },
      { accessLog },
    );
    await ask(`${url}/api/good`);
    await ask(`${url}/api/bad?secret=1`);
    await balancer.close();
    cleanups.splice(cleanups.length - 1, 1);
    const lines = (await readFile(accessLog, "utf8")).trim().split("\n");
    const [good, bad] = lines.map((line) => JSON.parse(line) as AccessLine);
    assert.deepEqual(
      [good!.status, good!.targetStatus, good!.whole, good!.reused, good!.target],
      [204, 204, true, false, `127.0.0.1:${target.port}`],
    );
    assert.deepEqual(
      [bad!.status, bad!.targetStatus, bad!.whole, bad!.reused, bad!.reason, bad!.path],
      [502, undefined, false, true, "ECONNRESET", "/api/bad"],
    );
    assert.ok(good!.milliseconds >= 0 && Math.abs(good!.time - Date.now()) < 10_000);
  });
});
