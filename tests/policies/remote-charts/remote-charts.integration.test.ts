import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { parseAllDocuments } from "yaml";
import type { KubernetesObject } from "../../../policies/model/kubernetes";
import { remoteCharts } from "../../../policies/remote-charts/remote-charts";
import { at, list, type Properties } from "../../../policies/model/resource";
import { tool, toolVersion } from "../../../tools";
import { ofType, plannedStack } from "../../support/planned";

/** A folder with the charts' sources, for machines that do not reach the charts' repositories. */
const folder = process.env.CHARTS_FOLDER;

const compared = ["Deployment", "StatefulSet", "Prometheus", "Alertmanager"].concat(
  "PodDisruptionBudget",
  "HorizontalPodAutoscaler",
);

/** The declared maps of remote charts, against the charts themselves. */
describe("what the policy pack declares of remote charts", function () {
  this.timeout(600_000);

  for (const { chart, version, objects } of remoteCharts)
    for (const which of ["planned", "default"] as const)
      it(`${chart} ${version} deploys with its ${which} values`, async function () {
        const plan = await plannedStack("prod");
        const release = ofType(plan, "kubernetes:helm.sh/v3:Release").find(
          ({ inputs }) => inputs.chart === chart,
        )!;
        const name = String(release.inputs.name);
        const values = which === "planned" ? (release.inputs.values as Properties) : {};
        const source = folder
          ? [`${folder}/${chart}`]
          : [
              chart,
              "--repo",
              String(at(release.inputs, "repositoryOpts.repo")),
              "--version",
              version,
            ];
        const helm = await tool("helm");
        const result = spawnSync(
          helm,
          ["template", name, ...source, "--kube-version", toolVersion("kubectl"), "--values", "-"],
          { input: JSON.stringify(values), encoding: "utf8", maxBuffer: 1 << 28 },
        );
        if (result.status !== 0) {
          console.log(
            `      SKIPPED: ${chart} cannot be had: ${result.stderr.trim().slice(0, 160)}`,
          );
          this.skip();
        }
        assert.deepEqual(
          byName(objects(values, name)),
          byName(
            parseAllDocuments(result.stdout).map((document) => document.toJS() as KubernetesObject),
          ),
        );
      });
});

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
