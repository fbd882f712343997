import assert from "node:assert/strict";
import { load } from "js-yaml";
import { files } from "../../../observability/files";
import { rendered, template, type RenderedObject } from "../../../plan/helm";
import type { PlannedRelease } from "../../../plan/releases";
import { needTools } from "../../support/need-tools";

interface Rule {
  record?: string;
  expr: string;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
}

interface RuleObject extends RenderedObject {
  spec: { groups: { rules: Rule[] }[] };
}

interface ConfigMap extends RenderedObject {
  metadata: RenderedObject["metadata"] & { labels: Record<string, string> };
  data: Record<string, string>;
}

const release: PlannedRelease = {
  name: "observability",
  namespace: "monitoring",
  chart: "./charts/observability",
  after: [],
  version: "0.1.0",
  values: { tier: "enterprise", runbookBase: "https://example.com/blob/main/" },
  atomic: true,
  cleanupOnFail: true,
  waitForJobs: true,
  timeout: 300,
  maxHistory: 5,
};

const rulesOf = (object: RenderedObject) =>
  (object as RuleObject).spec.groups.flatMap(({ rules }) => rules);

describe("the chart observability, by the real Helm", function () {
  this.timeout(120_000);

  before(async function () {
    await needTools(this, ["helm"]);
  });

  it("deploys the common rules and those of its own tier, as they are but for the runbooks' address", async () => {
    for (const tier of ["starter", "pro", "enterprise"]) {
      const objects = await rendered(release, { ...release.values, tier });
      const names = ["common", `slo-${tier}`].filter((name) => files().has(`rules/${name}.yaml`));
      const rules = objects.filter(({ kind }) => kind === "PrometheusRule");
      assert.deepEqual(
        rules.map(({ metadata }) => metadata.name),
        names.map((name) => `observability-${name}`),
      );
      for (const [index, name] of names.entries()) {
        const text = files()
          .get(`rules/${name}.yaml`)!
          .replaceAll("runbook_url: ", "runbook_url: https://example.com/blob/main/");
        assert.deepEqual((rules[index] as RuleObject).spec, load(text));
      }
    }
  });

  it("leads to runbooks at the address that it is given, and to their path without one", async () => {
    const first = async (runbookBase: string) => {
      const objects = await rendered(release, { ...release.values, runbookBase });
      const common = objects.find(({ kind }) => kind === "PrometheusRule");
      return rulesOf(common!)[0]!.annotations!.runbook_url;
    };
    const path = "docs/runbooks/alerts.md#higherrorrate";
    assert.equal(await first("https://example.com/"), `https://example.com/${path}`);
    assert.equal(await first(""), path);
  });

  it("ships every dashboard for Grafana's sidecar, as it is but for the runbooks' address", async () => {
    const objects = await rendered(release, release.values);
    const maps = objects.filter(({ kind }) => kind === "ConfigMap") as ConfigMap[];
    const names = [...files().keys()].filter((name) => name.startsWith("dashboards/"));
    assert.equal(maps.length, names.length);
    for (const { metadata, data } of maps) {
      assert.equal(metadata.labels.grafana_dashboard, "1");
      const [[name, text]] = Object.entries(data) as [[string, string]];
      const ours = files().get(`dashboards/${name}`)!;
      const there = ours.replace('"docs/runbooks', '"https://example.com/blob/main/docs/runbooks');
      assert.notEqual(there, ours);
      assert.deepEqual(JSON.parse(text), JSON.parse(there));
      // Helm left Grafana's own braces alone.
      assert.match(text, /"legendFormat":"[^"]*\{\{\w+\}\}/);
    }
  });

  it("records when certificates end", async () => {
    const certificates = { pgbouncer: "2027-11-26T09:30:00Z", other: "2027-11-26T09:30:00+01:00" };
    const objects = await rendered(release, { ...release.values, certificates });
    const found = objects.find(({ metadata }) => metadata.name === "observability-certificates");
    assert.deepEqual(
      rulesOf(found!).map(({ record, expr, labels }) => [record, labels!.certificate, expr]),
      Object.entries(certificates)
        .sort()
        .map(([name, end]) => [
          "minixdr_certificate_expiry_timestamp_seconds",
          name,
          `vector(${Date.parse(end) / 1000})`,
        ]),
    );
  });

  const refusals: [title: string, values: object, says: RegExp][] = [
    ["no tier", { tier: "" }, /tier/],
    ["a tier that nobody sells", { tier: "gold" }, /tier/],
    ["an address without its slash", { runbookBase: "https://example.com" }, /runbookBase/],
    ["an end that is no time", { certificates: { pgbouncer: "tomorrow" } }, /certificates/],
    ["an unknown value", { dashboards: true }, /dashboards/],
  ];
  for (const [title, values, says] of refusals)
    it(`refuses ${title}`, async () => {
      const { code, stderr } = await template(release, { ...release.values, ...values });
      assert.notEqual(code, 0, "Helm rendered it");
      assert.match(stderr, says);
    });
});
