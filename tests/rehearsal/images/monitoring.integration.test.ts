import assert from "node:assert/strict";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { UsageError } from "../../../lib/ends";
import { output, run } from "../../../lib/processes";
import { imagesOf } from "../../../plan/helm";
import { imageArchive, monitoringImageTools } from "../../../rehearsal/images";
import { nameOf } from "../../../rehearsal/images/images";
import { monitoringRecipes } from "../../../rehearsal/images/monitoring";
import { chartsOf } from "../../../rehearsal/workloads/charts";
import { toolVersion } from "../../../tools";
import { needTools, skipLoudly } from "../../support/need-tools";
import { plannedStack } from "../../support/planned";
import { unpacked } from "./unpacked";

/** Where a program lies, and how it is asked for its version. */
const programs = [
  ["quay.io/prometheus/prometheus:v3.14.0-distroless", "/bin/prometheus", "--version"],
  ["quay.io/prometheus/alertmanager:v0.34.0", "/bin/alertmanager", "--version"],
  ["quay.io/prometheus-operator/prometheus-operator:v0.93.1", "/bin/operator", "--version"],
  [
    "quay.io/prometheus-operator/prometheus-config-reloader:v0.93.1",
    "/bin/prometheus-config-reloader",
    "--version",
  ],
  [
    "registry.k8s.io/kube-state-metrics/kube-state-metrics:v2.20.0",
    "/kube-state-metrics",
    "version",
  ],
  ["quay.io/prometheus/node-exporter:v1.12.1-distroless", "/bin/node_exporter", "--version"],
  ["registry.k8s.io/metrics-server/metrics-server:v0.8.0", "/metrics-server", "--version"],
  [
    "123456789012.dkr.ecr.eu-central-1.amazonaws.com/mini-xdr/edge-exporter:v0.67.0",
    "/bin/yace",
    "version",
  ],
] as const;
const certgen = "ghcr.io/jkroepke/kube-webhook-certgen:1.8.7";
const sidecar = "quay.io/kiwigrid/k8s-sidecar:2.10.1";
const grafana = "docker.io/grafana/grafana:13.2.0";

describe("the images of monitoring", function () {
  this.timeout(300_000);
  let folder: string;

  before(async function () {
    if (process.getuid?.() !== 0) skipLoudly(this, "images are run as root only");
    await needTools(this, [...monitoringImageTools, "mmdebstrap"]);
    folder = await mkdtemp(path.join(os.tmpdir(), "mini-xdr-monitoring-images-test-"));
  });
  after(() => folder && rm(folder, { recursive: true, force: true }));

  for (const [reference, program, question] of programs)
    it(`have ${nameOf(reference)} alone, where the published image has it`, async () => {
      const { files, config } = await unpacked(await imageArchive(reference), folder);
      assert.deepEqual(config, { Entrypoint: [program], User: "65534:65534" });
      const [top] = program.slice(1).split("/");
      assert.deepEqual(await readdir(files), [top]);
      const inside = ["--userspec=65534:65534", files, program, question];
      const { stdout, stderr } = await run("chroot", inside);
      const [version] = /\d+\.\d+\.\d+/.exec(reference)!;
      assert.ok(`${stdout}${stderr}`.includes(version!), stdout + stderr);
    });

  it("are refused under the tag of another version", async () => {
    assert.throws(
      () => imageArchive("quay.io/prometheus/alertmanager:v0.34.1"),
      (error) => error instanceof UsageError && error.message.includes(toolVersion("alertmanager")),
    );
  });

  for (const [reference, user] of [
    [certgen, "65534:65534"],
    [sidecar, "65534:65534"],
    [grafana, "472:472"],
  ] as const)
    it(`say that ${nameOf(reference)} is a stand-in`, async () => {
      const { config } = await unpacked(await imageArchive(reference), folder);
      assert.match(config.Labels!["mini-xdr.stand-in"]!, new RegExp(`^for .*: `));
      assert.equal(config.User, user);
    });

  it("have a Grafana that answers its health check, a scrape with no figures, nothing else, and ends", async () => {
    const { files } = await unpacked(await imageArchive(grafana), folder);
    const script = `require("/app/grafana.cjs");
      (async () => {
        for (const path of ["/api/health", "/metrics", "/login"])
          console.log((await fetch("http://127.0.0.1:3000" + path)).status);
        process.kill(process.pid, "SIGTERM");
      })();`;
    // Port 3000 of this machine may be somebody's.
    const inside = 'ip link set lo up && exec chroot --userspec=472:472 "$@"';
    const command = ["sh", "-c", inside, "sh", files, "node", "-e", script];
    assert.equal(await output("unshare", ["--net", ...command]), "200\n200\n404");
  });

  it("are all that the planned releases run", async function () {
    const { releases, missing } = await chartsOf(await plannedStack("prod"));
    if (missing.length > 0) skipLoudly(this, "the charts of monitoring are not to be had");
    const monitoring = releases.filter(
      ({ repository, name }) => repository !== undefined || name === "edge-metrics",
    );
    // The operator is told by an argument what reloads the configuration.
    const text = JSON.stringify(monitoring.map(({ objects }) => objects));
    const [, reloader] = /--prometheus-config-reloader=([\w./:-]+)/.exec(text)!;
    const references = new Set([...imagesOf(monitoring.map(({ objects }) => objects)), reloader!]);
    // Only `helm test` runs this one.
    references.delete("docker.io/bats/bats:1.14.0");
    const made = [...programs.map(([reference]) => reference), certgen, sidecar, grafana];
    assert.deepEqual([...references].sort(), made.sort());
    assert.deepEqual(made.map(nameOf).sort(), Object.keys(monitoringRecipes).sort());
  });
});
