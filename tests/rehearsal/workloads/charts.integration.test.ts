import assert from "node:assert/strict";
import { copyFile, mkdtemp, readdir, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import type { Plan } from "../../../plan/plan";
import { chartsOf, definitionsIn, runsPods } from "../../../rehearsal/workloads/charts";
import { imagesOfReleases } from "../../../rehearsal/workloads/images";
import { needTools, skipLoudly } from "../../support/need-tools";
import { plannedStack } from "../../support/planned";

describe("the charts of a plan's releases", function () {
  this.timeout(120_000);
  let folder: string;
  let plan: Plan;
  const outside = { ...process.env };

  before(async function () {
    await needTools(this, ["helm"]);
    plan = await plannedStack("prod");
  });
  beforeEach(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), "mini-xdr-charts-"));
    // Nothing of another run is in its cache.
    process.env.XDG_CACHE_HOME = folder;
    delete process.env.CHARTS_FOLDER;
  });
  afterEach(async () => {
    process.env.XDG_CACHE_HOME = outside.XDG_CACHE_HOME;
    if (outside.XDG_CACHE_HOME === undefined) delete process.env.XDG_CACHE_HOME;
    if (outside.CHARTS_FOLDER !== undefined) process.env.CHARTS_FOLDER = outside.CHARTS_FOLDER;
    await rm(folder, { recursive: true });
  });

  it("are missing with the reason where their publishers do not answer", async () => {
    // A proxy at which nobody listens.
    process.env.HTTPS_PROXY = "http://127.0.0.1:1";
    const { releases, missing } = await chartsOf(plan).finally(() => {
      delete process.env.HTTPS_PROXY;
    });
    assert.equal(missing.length, 3);
    for (const { reason } of missing) assert.match(reason, /connection refused/);
    assert.ok(releases.every(({ repository }) => repository === undefined));
    const left = await readdir(path.join(folder, "mini-xdr", "tools"));
    assert.deepEqual(left, [], "a failed pull leaves nothing");
  });

  it("are refused when an archive holds another chart than its name says", async function () {
    const given = outside.CHARTS_FOLDER;
    if (!given) skipLoudly(this, "CHARTS_FOLDER holds no archives to mistake");
    const [archive] = (await readdir(given)).filter((name) => name.startsWith("prometheus-"));
    await copyFile(path.join(given, archive!), path.join(folder, "metrics-server-3.13.0.tgz"));
    process.env.CHARTS_FOLDER = folder;
    await assert.rejects(
      chartsOf(plan),
      /^UsageError: CHARTS_FOLDER: .*metrics-server-3\.13\.0\.tgz holds prometheus-/,
    );
  });

  it("say what they bring: definitions, pods and images", async function () {
    const given = outside.CHARTS_FOLDER;
    if (!given) skipLoudly(this, "CHARTS_FOLDER is not set");
    process.env.CHARTS_FOLDER = given;
    const { releases } = await chartsOf(plan);
    const release = (name: string) => releases.find((other) => other.name === name)!;
    const definitions = [release("prometheus-operator-crds")];
    assert.ok(definitionsIn(definitions).includes("servicemonitors.monitoring.coreos.com"));
    assert.ok(!definitions.some(runsPods));
    const { known } = imagesOfReleases([release("kube-prometheus-stack")]);
    assert.ok(known.some((image) => /\.amazonaws\.com\/mini-xdr\/grafana:/.test(image)));
    assert.match(release("metrics-server").archive!, /^CHARTS_FOLDER, sha256:/);
  });
});
