import assert from "node:assert/strict";
import { Agent, request, type IncomingMessage } from "node:http";
import { needTools } from "../../support/need-tools";
import { earlySignal } from "../support/early-signal";
import { bundled, type Backend } from "./support/backend";
import { Bed } from "./support/bed";
import { attack, Client } from "./support/client";

/** One request over an agent's connections; which of them stays open, its answer says. */
function ask(
  backend: Backend,
  agent: Agent,
  path: string,
): Promise<{ status: number; closes: boolean }> {
  return new Promise((resolve, reject) => {
    const sent = request(backend.url(path), { agent }, (response: IncomingMessage) => {
      response.resume().once("end", () =>
        resolve({
          status: response.statusCode!,
          closes: response.headers.connection === "close",
        }),
      );
    });
    sent.once("error", reject);
    sent.end();
  });
}

describe("SIGTERM", function () {
  this.timeout(60_000);
  let bed: Bed;
  let apiKey: string;

  before(async function () {
    await needTools(this, ["postgres", "redis-server"]);
    bed = await Bed.start();
    ({ apiKey } = await bed.organization("acme"));
  });
  after(() => bed?.stop());

  it("cuts no kept connection: each is told by an answer, none fails, and the process ends with 0", async () => {
    const backend = await bed.backend();
    const agents = Array.from({ length: 20 }, () => new Agent({ keepAlive: true, maxSockets: 1 }));
    let answers = 0;
    let stopped: Promise<number | null> | undefined;
    // Each client keeps asking on its one connection until it is told that this one ends.
    const clients = agents.map(async (agent) => {
      for (;;) {
        const { status, closes } = await ask(backend, agent, "/health/live");
        assert.equal(status, 200);
        if (++answers === 1000) stopped = backend.stop();
        if (closes) return;
      }
    });
    await Promise.all(clients);
    assert.equal(await stopped, 0);
    assert.ok(answers >= 1000);
  });

  it("tells a connection that was idle when it next asks, and finishes what is open", async () => {
    const backend = await bed.backend();
    const idle = new Agent({ keepAlive: true, maxSockets: 1 });
    const probe = new Agent({ keepAlive: true, maxSockets: 1 });
    await ask(backend, idle, "/health/live");
    await ask(backend, probe, "/health/live");
    // A request that the database holds for a second.
    const { released } = await bed.hold(1);
    const open = new Client(apiKey, backend).send(attack, "open");
    await bed.until(
      "SELECT FROM pg_stat_activity WHERE usename = 'minixdr_app' AND wait_event_type = 'Lock'",
    );
    const logged = new Promise<void>((resolve) => {
      const look = setInterval(() => {
        if (!backend.lines.some((line) => line.includes("draining"))) return;
        clearInterval(look);
        resolve();
      }, 10);
    });
    const stopped = backend.stop();
    await logged;
    assert.deepEqual(await ask(backend, probe, "/health/serving"), { status: 503, closes: true });
    const answer = await open;
    assert.deepEqual([answer.status, answer.headers.get("connection")], [201, "close"]);
    assert.deepEqual(await ask(backend, idle, "/health/live"), { status: 200, closes: true });
    await released;
    assert.equal(await stopped, 0);
  });

  it("waits for a silent connection no longer than it said", async () => {
    const backend = await bed.backend({ DRAIN_SILENCE_MS: "500" });
    const idle = new Agent({ keepAlive: true, maxSockets: 1 });
    await ask(backend, idle, "/health/live");
    const started = performance.now();
    assert.equal(await backend.stop(), 0);
    const took = performance.now() - started;
    assert.ok(took >= 450 && took < 5000, `${took} ms`);
  });

  it("is heard from the first moment on", async () => {
    // 0 or 143, as it was about to serve or not.
    assert.notEqual(await earlySignal(await bundled(), bed.environment), null);
  });

  it("is refused a chain of time-outs that does not hold, and a missing variable, with code 2", async () => {
    await assert.rejects(
      bed.backend({ STATEMENT_TIMEOUT_MS: "9000" }),
      /ended with 2:.*must be below database/,
    );
    await assert.rejects(bed.backend({ CACHE_HOST: "" }), /ended with 2:.*CACHE_HOST: not set/);
  });
});
