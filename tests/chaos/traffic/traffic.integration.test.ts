import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { counts } from "../../../chaos/traffic/ledger";
import { LoadBalancer } from "../../../chaos/traffic/load-balancer/load-balancer";
import type { LoadConfig } from "../../../chaos/traffic/load/config";
import { Load } from "../../../chaos/traffic/load/load";
import { skipLoudly } from "../../support/need-tools";
import { balancerConfig, group, TestTarget } from "./support";

const interval = 0.2;
const rate = 200;

describe("Load through the load balancer", function () {
  this.timeout(60_000);
  let balancer: LoadBalancer;
  let targets: TestTarget[];

  beforeEach(async () => {
    targets = await Promise.all([1, 2, 3].map(() => TestTarget.start()));
    balancer = await LoadBalancer.start(balancerConfig({ interval, deregistrationDelay: 0.5 }));
    for (const { port } of targets) await balancer.register(group, "127.0.0.1", port);
    await balancer.until(group, (all) => healthy(all) === 3, 10);
  });

  afterEach(async () => {
    await balancer.stop();
    for (const target of targets) await target.stop();
  });

  const start = (change: Partial<LoadConfig>) =>
    Load.start({
      url: balancer.url,
      rate,
      connections: "keep-alive",
      kinds: [{ name: "read", weight: 1, method: "GET", path: "/api/incidents", timeout: 5000 }],
      ...change,
    });

  const healthy = (all: ReadonlyMap<string, string>) =>
    [...all.values()].filter((state) => state === "healthy").length;

  for (const connections of ["new", "keep-alive"] as const) {
    it(`comes at 500/s on less than a core each, by ${connections} connections`, async function () {
      const before = await balancer.cpuSeconds();
      const load = await start({ rate: 500, connections });
      await load.after(1500);
      const report = await load.stop();
      const used = (await balancer.cpuSeconds()) - before;
      assert.equal(report.total.failed, 0);
      assert.ok(Math.abs(report.total.requests / report.seconds - 500) < 10);
      assert.ok(used / report.seconds < 0.8, `load balancer: ${used} s of ${report.seconds}`);
      assert.ok(report.cpuSeconds / report.seconds < 0.8, `generator: ${report.cpuSeconds} s`);
      if (report.void) skipLoudly(this, report.void);
    });

    it(`loses nothing when a target is drained, by ${connections} connections`, async () => {
      const load = await start({ connections });
      await load.after(100);
      const [leaving] = targets;
      await balancer.deregister(group, "127.0.0.1", leaving!.port);
      await balancer.until(group, (all) => all.size === 2, 10);
      const seen = leaving!.requests.length;
      await leaving!.stop();
      await load.after(200);
      const report = await load.stop();
      assert.equal(report.total.failed, 0, JSON.stringify(report.total.outcomes));
      assert.equal(leaving!.requests.length, seen);
    });
  }

  it("shows a target that dies, for no longer than the checks need", async () => {
    const load = await start({});
    await load.after(100);
    const [dying] = targets;
    const fault = performance.timeOrigin + performance.now();
    await dying!.stop();
    await balancer.until(group, (all) => healthy(all) === 2, 10);
    await load.after(200);
    const report = await load.stop();
    const { first, last } = report.failures!;
    assert.deepEqual(Object.keys(report.total.outcomes).sort(), ["200", "502"]);
    assert.ok(first > fault - 200, `first ${first - fault} ms after the fault`);
    const { time } = balancer.changes.find(({ state }) => state === "unhealthy")!;
    assert.ok(last < time + 50, `last ${last - time} ms after the target was taken out`);
    const needed = 2 * interval * 1000;
    assert.ok(time - fault < needed + 250, `${time - fault} ms, ${needed} and a check expected`);
  });

  it("survives that death with one retry, once the checks have found it", async () => {
    const [dying] = targets;
    const write = { name: "write", method: "POST", path: "/api/events", weight: 1, timeout: 5000 };
    const headers = { "Idempotency-Key": "{key}" };
    const writes = { organization: "o", rows: 1 };
    const load = await start({ kinds: [{ ...write, headers, writes, retryAfter: 1000 }] });
    await load.after(100);
    await dying!.stop();
    await balancer.until(group, (all) => healthy(all) === 2, 10);
    await load.after(100);
    const report = await load.stop();
    assert.ok(report.total.rescued > 0);
    assert.equal(report.total.failed, 0);
    assert.equal(counts(report.writes).acknowledged, report.total.requests);
  });

  it("ends with the rehearsal, even when that is killed", async () => {
    const script = path.join(__dirname, "killed-runner.ts");
    const runner = spawn(process.execPath, ["--import", "tsx", script], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    let printed = "";
    runner.stdout.on("data", (text: Buffer) => (printed += text.toString()));
    // The output closes only when everyone who shares it is gone.
    const closed = once(runner.stdout, "close");
    const [code, signal] = (await once(runner, "exit")) as [number | null, string | null];
    const killed = performance.now();
    await closed;
    assert.deepEqual([code, signal, printed], [null, "SIGKILL", "they run\n"]);
    const outlived = performance.now() - killed;
    assert.ok(outlived < 2000, `${outlived} ms`);
  });
});
