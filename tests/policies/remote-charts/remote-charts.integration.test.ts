import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { load, loadAll } from "js-yaml";
import { output } from "../../../lib/processes";
import { fetchArchive } from "../../../mirror/archive";
import { imagesOf } from "../../../plan/helm";
import type { KubernetesObject } from "../../../policies/model/kubernetes";
import { at, list, type Properties } from "../../../policies/model/resource";
import { remoteCharts } from "../../../policies/remote-charts/remote-charts";
import { tool, toolVersion } from "../../../tools";
import { chartOf, charts, type ChartName } from "../../../upstream/upstream";
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

  for (const { chart, version, objects, images } of remoteCharts)
    describe(`${chart} ${version}`, () => {
      let archive: string;
      let release: Properties;

      before(async function () {
        const releases = ofType(await plannedStack("prod"), "kubernetes:helm.sh/v3:Release");
        release = releases.find(({ inputs }) => chartOf(inputs.chart) === chart)!.inputs;
        const given = folder && path.join(folder, `${chart}-${version}.tgz`);
        archive = given ?? (await pull(chart as ChartName, pulled, this));
      });

      const rendered = async (values: Properties) => {
        const args = ["template", String(release.name), archive, "--values", "-"];
        args.push("--kube-version", toolVersion("kubectl"));
        return output(await tool("helm"), args, { input: JSON.stringify(values) });
      };

      for (const which of ["planned", "default"] as const)
        it(`deploys what is declared, with its ${which} values`, async () => {
          const name = String(release.name);
          const values = which === "planned" ? (release.values as Properties) : {};
          const deployed = loadAll(await rendered(values)) as (KubernetesObject | null)[];
          assert.deepEqual(byName(objects(values, name)), byName(deployed));
        });

      for (const which of ["planned", "default"] as const)
        it(`runs the images that are declared, with its ${which} values`, async () => {
          const values = which === "planned" ? (release.values as Properties) : {};
          const found = new Set(imagesIn(loadAll(await rendered(values))));
          assert.deepEqual([...new Set(images(values))].sort(), [...found].sort());
        });

      it("runs them by digest, once these are pinned", async () => {
        const values = withDigests(release.values as Properties);
        const found = new Set(imagesIn(loadAll(await rendered(values))));
        assert.deepEqual([...new Set(images(values))].sort(), [...found].sort());
        for (const image of found) assert.match(image, /^\S+:[\w.-]+@sha256:[0-9a-f]{64}$/);
      });

      it("names no registry but the stack's own, in a container or an argument", async () => {
        const text = await rendered(release.values as Properties);
        const host = "123456789012.dkr.ecr.eu-central-1.amazonaws.com";
        const named = [...text.matchAll(/(?:image: ?|-image=|-reloader=)"?([^\s"]+)/g)];
        assert.ok(chart === "prometheus-operator-crds" || named.length > 0);
        for (const [, image] of named) assert.ok(image!.startsWith(`${host}/`), image);
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
      const archive = given ?? (await pull("kube-prometheus-stack", pulled, this));
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

/** The archive of a chart from its publishers; skips where they cannot be reached. */
async function pull(chart: ChartName, into: string, context: Context) {
  try {
    return await fetchArchive(chart, charts[chart], into);
  } catch (error) {
    const { message } = error as Error;
    if (!/dial tcp|no such host|looks like .* is not a valid chart repo|EOF|timeout/.test(message))
      throw error;
    return skipLoudly(context, message.slice(0, 160));
  }
}

/** The same values with a digest for every image, each in the form that its chart takes. */
function withDigests(values: Properties, path = ""): Properties {
  const hex = "ab".repeat(32);
  const digest = `sha256:${hex}`;
  return Object.fromEntries(
    Object.entries(values).map(([key, value]) => {
      const at = `${path}.${key}`;
      if (key === "sha") return [key, at.startsWith(".kube-state-metrics.") ? digest : hex];
      if (key === "digest") return [key, digest];
      if (at === ".image.tag") return [key, `${String(value).split("@")[0]}@${digest}`];
      const parts = value !== null && typeof value === "object" && !Array.isArray(value);
      return [key, parts ? withDigests(value as Properties, at) : value];
    }),
  );
}

/** Images that rendered objects run, and the one that the operator is told of. */
function imagesIn(objects: unknown[]): string[] {
  const told = JSON.stringify(objects).matchAll(/--prometheus-config-reloader=([\w./:@-]+)/g);
  return [...imagesOf(objects), ...[...told].map(([, image]) => image!)];
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
