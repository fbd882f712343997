import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pWaitFor from "p-wait-for";
import { Metrics } from "../../images/backend/metrics";
import { LocalServer } from "../../lib/http-server";
import { exporters, type Exporter } from "../../observability/metrics";
import { Child } from "../../rehearsal/control-plane/child";
import { tool } from "../../tools";
import { needTools } from "../support/need-tools";
import { selectorsOf } from "../support/promql";
import { contractOf, wrongs, type Contract } from "./contract";
import { panelQueries, ruleQueries } from "./queries";
import { servedBy } from "./served";
import { freeAddress, Prometheus } from "./slo/prometheus";

const named = (name: string) => exporters.find((exporter) => exporter.name.startsWith(name))!;

/** What runs alone on any machine; the rest wants a cluster or a database. */
const real = [named("node_exporter"), named("Alertmanager"), named("backend")];

/** By what else reads, which wants databases. */
const elsewhere = ["minixdr_database_replication_lag_seconds"];

/** Names of an exporter's series, as Prometheus stores them. */
const seriesOf = (all: Exporter[]) =>
  [...contractOf(all, []).keys()].filter((name) => !elsewhere.includes(name));

describe("the contract, and what a real Prometheus has scraped from real exporters", function () {
  this.timeout(60_000);
  let folder: string;
  let children: Child[] = [];
  let front: LocalServer;
  let prometheus: Prometheus;
  let served: Contract;

  before(async function () {
    await needTools(this, ["prometheus", "promtool", "node_exporter", "alertmanager"]);
    folder = await mkdtemp(join(tmpdir(), "mini-xdr-served-"));
    const config = join(folder, "alertmanager.yaml");
    await writeFile(config, "{ route: { receiver: none }, receivers: [{ name: none }] }");
    const [node, alerts] = [await freeAddress(), await freeAddress()];
    const start = async (name: "node_exporter" | "alertmanager", args: string[]) =>
      Child.start(name, await tool(name), args, folder);
    children = [
      await start("node_exporter", [`--web.listen-address=${node}`]),
      await start("alertmanager", [
        ...[`--config.file=${config}`, `--web.listen-address=${alerts}`],
        ...["--cluster.listen-address=", `--storage.path=${folder}`],
      ]),
    ];
    const metrics = used();
    // One address for all: each path leads to its exporter.
    const answer = async (path: string) => {
      if (path !== "/backend") return passed(path === "/node" ? node : alerts);
      return { type: metrics.registry.contentType, text: await metrics.text(1) };
    };
    front = await LocalServer.streaming(({ url }, response) => {
      const failed = () => response.writeHead(503).end();
      answer(url!).then(({ type, text }) => {
        response.setHeader("content-type", type).end(text);
      }, failed);
    });
    prometheus = await Prometheus.start({
      past: "# EOF\n",
      rules: [],
      jobs: { node: "/node", alertmanager: "/alerts", "mini-xdr-backend": "/backend" },
      target: new URL(front.url).host,
      scrapeSeconds: 1,
      lookbackSeconds: 300,
    });
    const all = seriesOf(real);
    // After that the tests say what is missing.
    const end = Date.now() + 30_000;
    await pWaitFor(
      async () => {
        served = await servedBy(prometheus.url, all);
        return all.every((name) => served.has(name)) || Date.now() > end;
      },
      { interval: 200 },
    );
  });

  after(async () => {
    await prometheus?.stop();
    await front?.stop();
    for (const child of children) await child.kill();
    if (folder) await rm(folder, { recursive: true });
  });

  for (const exporter of real)
    it(`${exporter.name}: has every metric, with the very labels`, () => {
      for (const name of seriesOf([exporter])) {
        const labels = served.get(name);
        assert.ok(labels, `nobody serves ${name}`);
        const own = [
          ...contractOf([{ ...exporter, target: { labels: [] } }], [])
            .get(name)!
            .keys(),
        ];
        const theirs = [...labels.keys()].filter((label) => !["job", "instance"].includes(label));
        assert.deepEqual(theirs.sort(), own.sort(), name);
      }
    });

  it("every query of theirs alone names what is there", () => {
    const names = new Set(seriesOf(real));
    // What the operator gives to targets in a cluster, these have not.
    const targets = contractOf(
      real.map((each) => ({ ...each, metrics: gauges(each) })),
      [],
    );
    const merged: Contract = new Map(
      [...served].map(([name, labels]) => [name, new Map([...targets.get(name)!, ...labels])]),
    );
    const asked = [...ruleQueries, ...panelQueries].filter(({ expr }) => {
      const metrics = selectorsOf(expr).map(({ metric }) => metric);
      return metrics.length > 0 && metrics.every((metric) => names.has(metric));
    });
    assert.ok(asked.length > 15, String(asked.length));
    for (const { by, expr } of asked) assert.deepEqual(wrongs(expr, merged), [], by);
  });

  it("Prometheus 3 stores a bucket's limit of one second as 1.0", () => {
    const limits = served.get("http_request_duration_seconds_bucket")!.get("le")!;
    assert.ok(limits.has("1.0") && !limits.has("1"), [...limits].join(" "));
  });
});

/** The backend's own metrics after a little of everything. */
function used(): Metrics {
  const metrics = new Metrics();
  for (const [endpoint, status] of [
    ["/api/incidents", 200],
    ["/api/incidents", 503],
    ["/health/ready", 200],
    ["/metrics", 200],
  ] as const)
    metrics.request("GET", endpoint, status, 20);
  metrics.query("read", "success", 3);
  metrics.query("read", "error", 3);
  metrics.cacheFailed();
  metrics.refused("busy");
  metrics.stored("Suricata", "a", 1);
  return metrics;
}

async function passed(address: string) {
  const answer = await fetch(`http://${address}/metrics`);
  return { type: answer.headers.get("content-type")!, text: await answer.text() };
}

/** The names of an exporter's series with no labels of their own. */
function gauges(exporter: Exporter): Exporter["metrics"] {
  return Object.fromEntries(
    seriesOf([exporter]).map((name) => [name, { type: "gauge" as const, labels: [] }]),
  );
}
