import assert from "node:assert/strict";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { UsageError } from "../../../lib/ends";
import { output, run } from "../../../lib/processes";
import { imageArchive, monitoringImageTools } from "../../../rehearsal/images";
import { nameOf } from "../../../rehearsal/images/images";
import { monitoringRecipes } from "../../../rehearsal/images/monitoring";
import { chartsOf } from "../../../rehearsal/workloads/charts";
import { imagesOfPods } from "../../../rehearsal/workloads/images";
import { toolVersion } from "../../../tools";
import { at, images, type UpstreamImage } from "../../../upstream/upstream";
import { needTools, skipLoudly } from "../../support/need-tools";
import { plannedStack } from "../../support/planned";
import { unpacked } from "./unpacked";

/** The stack's copy of an image, as its pods name it. */
function copy(name: UpstreamImage): string {
  const { tag, digest } = images[name];
  return `123456789012.dkr.ecr.eu-central-1.amazonaws.com/mini-xdr/${name}:${tag}${at(digest)}`;
}

/** Where a program lies, and how it is asked for its version. */
const programs = [
  [copy("prometheus"), "/bin/prometheus", "--version"],
  [copy("alertmanager"), "/bin/alertmanager", "--version"],
  [copy("prometheus-operator"), "/bin/operator", "--version"],
  [copy("prometheus-config-reloader"), "/bin/prometheus-config-reloader", "--version"],
  [copy("kube-state-metrics"), "/kube-state-metrics", "version"],
  [copy("node-exporter"), "/bin/node_exporter", "--version"],
  [copy("metrics-server"), "/metrics-server", "--version"],
  [copy("edge-exporter"), "/bin/yace", "version"],
] as const;
const certgen = copy("kube-webhook-certgen");
const sidecar = copy("k8s-sidecar");
const grafana = copy("grafana");

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
    const references = imagesOfPods(monitoring.flatMap(({ objects }) => objects));
    const made = [...programs.map(([reference]) => reference), certgen, sidecar, grafana];
    assert.deepEqual(references.sort(), made.sort());
    assert.deepEqual(made.map(nameOf).sort(), Object.keys(monitoringRecipes).sort());
  });
});
