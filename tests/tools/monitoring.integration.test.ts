import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { dump } from "js-yaml";
import { run } from "../../lib/processes";
import { tool, toolVersion, type ToolName } from "../../tools";
import { says } from "../../tools/path-search";
import { needTools } from "../support/need-tools";

/** How each is asked for its version. */
const versionArguments: Partial<Record<ToolName, string[]>> = {
  prometheus: ["--version"],
  promtool: ["--version"],
  alertmanager: ["--version"],
  amtool: ["--version"],
  sloth: ["version"],
  "prometheus-operator": ["--version"],
  "prometheus-config-reloader": ["--version"],
  "kube-state-metrics": ["version"],
  node_exporter: ["--version"],
  "metrics-server": ["--version"],
};
const names = Object.keys(versionArguments) as ToolName[];

describe("the programs of monitoring", function () {
  this.timeout(60_000);
  let folder: string;

  before(async function () {
    await needTools(this, names);
    folder = await mkdtemp(path.join(os.tmpdir(), "mini-xdr-monitoring-test-"));
  });
  after(() => folder && rm(folder, { recursive: true, force: true }));

  for (const name of names)
    it(`have ${name} in the version ${toolVersion(name)}, and it says so`, async () => {
      assert.ok(await says(await tool(name), versionArguments[name]!, toolVersion(name)));
    });

  it("have the Prometheus whose module is counted in another way", () => {
    assert.match(toolVersion("prometheus"), /^v3\.\d+\.\d+$/);
    assert.equal(toolVersion("promtool"), toolVersion("prometheus"));
  });

  for (const [discovery, known] of [
    [{ kubernetes_sd_configs: [{ role: "pod" }] }, true],
    [{ consul_sd_configs: [{ server: "localhost:8500" }] }, false],
  ] as const) {
    const [kind] = Object.keys(discovery);
    it(`${known ? "find" : "do not find"} targets by ${kind}`, async () => {
      const file = path.join(folder, "prometheus.yaml");
      await writeFile(file, dump({ scrape_configs: [{ job_name: "one", ...discovery }] }));
      const { code, stderr } = await run(await tool("promtool"), ["check", "config", file]);
      assert.equal(code === 0, known, stderr);
    });
  }

  it("have an Alertmanager's tool that knows our receivers' fields", async () => {
    const file = path.join(folder, "alertmanager.yaml");
    const receiver = { name: "pages", webhook_configs: [{ url_file: "/secret" }] };
    await writeFile(file, dump({ route: { receiver: "pages" }, receivers: [receiver] }));
    const { code, stderr } = await run(await tool("amtool"), ["check-config", file]);
    assert.equal(code, 0, stderr);
  });
});
