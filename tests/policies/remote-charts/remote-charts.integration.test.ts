import assert from "node:assert/strict";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { load, loadAll } from "js-yaml";
import { output, run } from "../../../lib/processes";
import type { KubernetesObject } from "../../../policies/model/kubernetes";
import { at, list, type Properties } from "../../../policies/model/resource";
import { remoteCharts } from "../../../policies/remote-charts/remote-charts";
import { tool, toolVersion } from "../../../tools";
import type { Context } from "mocha";
import { needTools, skipLoudly } from "../../support/need-tools";
import { named, ofType, plannedStack } from "../../support/planned";

/** A folder with the charts' archives, for machines that do not reach the charts' repositories. */
const folder = process.env.CHARTS_FOLDER;

const compared = ["Deployment", "StatefulSet", "Prometheus", "Alertmanager"].concat(
  "PodDisruptionBudget",
  "HorizontalPodAutoscaler",
);

/** The declared maps of remote charts, against the charts themselves. */
describe("what the policy pack declares of remote charts", function () {
  this.timeout(600_000);
  let pulled: string;

  before(async function () {
    await needTools(this, ["helm"]);
    pulled = await mkdtemp(path.join(tmpdir(), "mini-xdr-charts-"));
  });
  after(() => pulled && rm(pulled, { recursive: true }));

  for (const { chart, version, objects } of remoteCharts)
    describe(`${chart} ${version}`, () => {
      let archive: string;
      let release: Properties;

      before(async function () {
        const releases = ofType(await plannedStack("prod"), "kubernetes:helm.sh/v3:Release");
        release = releases.find(({ inputs }) => inputs.chart === chart)!.inputs;
        const given = folder && path.join(folder, `${chart}-${version}.tgz`);
        archive = given ?? (await pull(release, pulled, this));
      });

      for (const which of ["planned", "default"] as const)
        it(`deploys what is declared, with its ${which} values`, async () => {
          const name = String(release.name);
          const values = which === "planned" ? (release.values as Properties) : {};
          const args = ["template", name, archive, "--values", "-"];
          args.push("--kube-version", toolVersion("kubectl"));
          const rendered = await output(await tool("helm"), args, {
            input: JSON.stringify(values),
          });
          const deployed = loadAll(rendered) as (KubernetesObject | null)[];
          assert.deepEqual(byName(objects(values, name)), byName(deployed));
        });
    });
});

/** What Alertmanager reads: the chart fills in its own where a value is left out. */
describe("kube-prometheus-stack", function () {
  this.timeout(600_000);

  it("hands Alertmanager the planned configuration, and nothing of its own", async function () {
    await needTools(this, ["helm"]);
    const release = named(await plannedStack("prod"), "observability-release").inputs;
    const pulled = await mkdtemp(path.join(tmpdir(), "mini-xdr-charts-"));
    try {
      const given = folder && path.join(folder, `kube-prometheus-stack-${release.version}.tgz`);
      const archive = given ?? (await pull(release, pulled, this));
      const args = ["template", String(release.name), archive, "--values", "-"];
      args.push("--kube-version", toolVersion("kubectl"));
      args.push("--show-only", "templates/alertmanager/secret.yaml");
      const rendered = await output(await tool("helm"), args, {
        input: JSON.stringify(release.values),
      });
      const text = at(load(rendered), "data")! as Record<string, string>;
      const read = load(Buffer.from(text["alertmanager.yaml"]!, "base64").toString());
      assert.deepEqual(read, at(release.values, "alertmanager.config"));
    } finally {
      await rm(pulled, { recursive: true });
    }
  });
});

/** The archive of a release's chart, from its repository; skips where that cannot be reached. */
async function pull(
  { chart, version, repositoryOpts }: Properties,
  into: string,
  context: Context,
) {
  const args = ["pull", String(chart), "--repo", String(at(repositoryOpts, "repo"))];
  args.push("--version", String(version), "--destination", into);
  const { code, stderr } = await run(await tool("helm"), args);
  if (code === 0) {
    const archive = (await readdir(into)).find((file) => file.startsWith(`${String(chart)}-`));
    return path.join(into, archive!);
  }
  if (
    !/dial tcp|no such host|looks like .* is not a valid chart repository|EOF|timeout/.test(stderr)
  )
    throw new Error(stderr);
  return skipLoudly(context, stderr.slice(0, 160));
}

function byName(objects: (KubernetesObject | null)[]): Properties {
  const judged = objects
    .filter((object) => object !== null)
    .filter(({ kind }) => compared.includes(kind));
  return Object.fromEntries(
    judged
      .map((object): [string, unknown] => [
        `${object.kind} ${object.metadata.name}`,
        judgedPart(object),
      ])
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}

/** What rules look at, in one form: the rest of an object may differ. */
function judgedPart(object: KubernetesObject): unknown {
  const spec = at(object, "spec") as Properties;
  if (object.kind === "PodDisruptionBudget") return plain(spec);
  const operated = ["Prometheus", "Alertmanager"].includes(object.kind);
  const pod = operated ? spec : at(spec, "template.spec");
  const main = list(pod, "containers").filter((container) => !isSidecar(container));
  return plain({
    replicas: spec.replicas,
    strategy: at(spec, "strategy.rollingUpdate"),
    affinity: at(pod, "affinity.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution"),
    topologySpreadConstraints: at(pod, "topologySpreadConstraints"),
    tolerations: at(pod, "tolerations"),
    storage: at(spec, "storage"),
    image: at(spec, "image"),
    retention: object.kind === "Prometheus" ? spec.retention : undefined,
    alertmanagers: list(spec, "alerting.alertmanagers").map((endpoint) => at(endpoint, "name")),
    resources: operated ? at(spec, "resources") : undefined,
    containers: main.map((container) => ({
      name: at(container, "name"),
      image: at(container, "image"),
      resources: at(container, "resources"),
      lifecycle: at(container, "lifecycle"),
      probes: ["startupProbe", "readinessProbe", "livenessProbe"].map((kind) => ({
        path: at(container, `${kind}.httpGet.path`),
        periodSeconds: at(container, `${kind}.periodSeconds`),
        failureThreshold: at(container, `${kind}.failureThreshold`),
      })),
    })),
  });
}

/** Grafana's helpers reload its dashboards; its own container serves. */
function isSidecar(container: unknown): boolean {
  return String(at(container, "name")).startsWith("grafana-sc-");
}

/** Without what is absent or empty. */
function plain(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value, (_, part: unknown) =>
      part !== null && typeof part === "object" && Object.keys(part).length === 0
        ? undefined
        : part,
    ) ?? "null",
  );
}
