import assert from "node:assert/strict";
import { copyFile, mkdtemp, readdir, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import type { Plan } from "../../../plan/plan";
import { releaseType } from "../../../plan/releases";
import { ChartRepository } from "../../../rehearsal/engine/chart-repository";
import { chartsOf, definitionsIn, runsPods } from "../../../rehearsal/workloads/charts";
import { imagesOfReleases } from "../../../rehearsal/workloads/images";
import { needTools, skipLoudly } from "../../support/need-tools";
import { plannedStack } from "../../support/planned";

/** Nobody listens there. */
const nowhere = "http://127.0.0.1:1";

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

  /** The plan with every chart's repository at another address. */
  function from(repo: string): Plan {
    const copy = structuredClone(plan);
    for (const { type, inputs } of copy.resources)
      if (type === releaseType && inputs.repositoryOpts) inputs.repositoryOpts = { repo };
    return copy;
  }

  it("are pulled from their repository once, and kept", async () => {
    const missing = (await chartsOf(from(nowhere))).missing;
    const repository = await ChartRepository.start({ releases: [], missing }, folder);
    const pulled = await chartsOf(from(repository.url));
    await repository.stop();
    assert.deepEqual(pulled.missing, []);
    const metrics = pulled.releases.find(({ name }) => name === "metrics-server")!;
    assert.match(metrics.archive!, /^http:\/\/127\.0\.0\.1:\d+, sha256 [0-9a-f]{12}…$/);
    // The repository is gone.
    assert.deepEqual(await chartsOf(from(repository.url)), pulled);
  });

  it("are missing with the reason where their repository does not answer", async () => {
    const { releases, missing } = await chartsOf(from(nowhere));
    assert.ok(missing.length > 0);
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
      chartsOf(from(nowhere)),
      /^UsageError: CHARTS_FOLDER: .*metrics-server-3\.13\.0\.tgz holds prometheus-/,
    );
  });

  it("say what they bring: definitions, pods and images", async function () {
    const given = outside.CHARTS_FOLDER;
    if (!given) skipLoudly(this, "CHARTS_FOLDER is not set");
    process.env.CHARTS_FOLDER = given;
    const { releases } = await chartsOf(from(nowhere));
    const release = (name: string) => releases.find((other) => other.name === name)!;
    const definitions = [release("prometheus-operator-crds")];
    assert.ok(definitionsIn(definitions).includes("servicemonitors.monitoring.coreos.com"));
    assert.ok(!definitions.some(runsPods));
    const { known } = imagesOfReleases([release("kube-prometheus-stack")]);
    assert.ok(known.some((image) => image.startsWith("docker.io/grafana/grafana:")));
    assert.match(release("metrics-server").archive!, /^CHARTS_FOLDER, sha256 /);
  });
});
