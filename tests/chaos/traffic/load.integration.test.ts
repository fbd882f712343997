import assert from "node:assert/strict";
import { LocalServer } from "../../../lib/http-server";
import type { LoadConfig } from "../../../chaos/traffic/load/config";
import { Load, LoadAborted } from "../../../chaos/traffic/load/load";

describe("The load generator's process", () => {
  let server: LocalServer;
  let status = 200;

  beforeEach(async () => {
    status = 200;
    server = await LocalServer.start((_, response) => response.writeHead(status).end());
  });

  afterEach(() => server.stop());

  const config = (change: Partial<LoadConfig> = {}): LoadConfig => ({
    url: server.url,
    rate: 100,
    connections: "new",
    kinds: [{ name: "read", weight: 1, method: "GET", path: "/", timeout: 2000 }],
    ...change,
  });

  it("runs until it is stopped, and says when requests since a fault are done", async () => {
    const load = await Load.start(config());
    await load.after(20);
    status = 500;
    const fault = performance.timeOrigin + performance.now();
    await load.after(30);
    const report = await load.stop();
    assert.ok(report.total.failed >= 30, `${report.total.failed} failed`);
    assert.ok(report.total.ok >= 20, `${report.total.ok} ok`);
    assert.ok(Math.abs(report.failures!.first - fault) < 500);
    assert.ok(report.cpuSeconds > 0);
  });

  it("finds out that it stood still", async () => {
    const load = await Load.start(config());
    await load.after(20);
    process.kill(load.pid, "SIGSTOP");
    await new Promise((resolve) => setTimeout(resolve, 500)); // the time that it loses
    process.kill(load.pid, "SIGCONT");
    await load.after(20);
    const report = await load.stop();
    assert.match(report.void!, /the generator sent \d+ requests/);
    assert.ok(report.lag.worst > 400, `${report.lag.worst} ms`);
  });

  it("tells who waits that it has given up", async () => {
    const load = await Load.start(config({ rate: 500, abortShare: 0.5 }));
    status = 500;
    await assert.rejects(load.after(10_000), LoadAborted);
    assert.match((await load.stop()).aborted!, /of the latest 200 requests have failed/);
  });

  it("tells who waits that it has ended", async () => {
    const load = await Load.start(config());
    const waiting = load.after(10_000);
    process.kill(load.pid, "SIGKILL");
    await assert.rejects(waiting, /the load generator has ended: SIGKILL/);
    await assert.rejects(load.stop(), /has ended|is gone/);
  });
});
