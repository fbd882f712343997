import assert from "node:assert/strict";
import { describeExemptions, exemptionPolicy } from "../../../policies/pack/exemptions";
import { judgeResources } from "../../../policies/pack/judge";
import { changing, judgedStack, setting, type Judged } from "../support";

const deployment = "kubernetes:apps/v1:Deployment";
const exporter = "monitoring/edge-metrics";

describe("an exemption", function () {
  this.timeout(60_000);
  let judged: Judged;
  const found = (resources = judged.resources, settings = judged.settings) =>
    judgeResources(resources, settings).filter((one) => one.enforcementLevel === "mandatory");

  before(async () => (judged = await judgedStack("prod")));

  it("is printed with its end", () => {
    const line = describeExemptions(judged.settings).find((text) => text.includes(exporter))!;
    assert.match(line, /^exempt until \d{4}-\d\d-\d\d: Deployment .* from replicas, /);
  });

  it("excuses one value and not the next", () => {
    const none = changing(judged, [deployment, exporter], setting("spec/replicas", 2));
    assert.deepEqual(
      found(none).map(({ policy, message }) => [policy, message.split(" (")[0]]),
      [
        ["replicas", "Deployment monitoring/edge-metrics: replicas is 2; it must be 3 or more"],
        [
          exemptionPolicy,
          'Deployment monitoring/edge-metrics needs no exemption from replicas for "replicas is 1; it must be 3 or more"; remove it from policies/config.json',
        ],
      ],
    );
  });

  it("does not cover another object of the same name, nor another rule", () => {
    const { settings, resources } = judged;
    const exemptions = settings.exemptions.map((one) =>
      one.object.endsWith(exporter) ? { ...one, object: `StatefulSet ${exporter}` } : one,
    );
    const policies = found(resources, { ...settings, exemptions }).map(({ policy }) => policy);
    for (const rule of ["replicas", "disruption-budget", "zone-spread", exemptionPolicy])
      assert.ok(policies.includes(rule), rule);
  });

  it("ends: on its last day it holds, and a day later it does not", () => {
    const { settings, resources } = judged;
    const { until } = settings.exemptions.find(({ object }) => object.endsWith(exporter))!;
    assert.deepEqual(found(resources, { ...settings, today: until }), []);
    const later = new Date(Date.parse(until) + 24 * 3600 * 1000).toISOString().slice(0, 10);
    const ended = found(resources, { ...settings, today: later });
    assert.ok(ended.some(({ policy }) => policy === "replicas"));
    assert.ok(ended.some(({ message }) => message.includes(`has ended on ${until}`)));
  });

  it("that nothing needs is a violation", () => {
    const { settings, resources } = judged;
    const idle = {
      object: "Deployment mini-xdr/mini-xdr-backend",
      until: settings.today,
      reason: "a test of this",
      excuses: { replicas: ["replicas is 1; it must be 3 or more"] },
    };
    const exemptions = [...settings.exemptions, idle];
    assert.deepEqual(
      found(resources, { ...settings, exemptions }).map(({ policy }) => policy),
      [exemptionPolicy],
    );
  });

  it("from the table of what is declared is none", () => {
    const { settings } = judged;
    const strange = changing(
      judged,
      [deployment, exporter],
      setting("spec/template/spec/hostNetwork", true),
    );
    const problem = found(strange)[0]!
      .message.replace(/^Deployment \S+: /, "")
      .replace(/ \(docs.*$/, "");
    const exemption = {
      object: `Deployment ${exporter}`,
      until: settings.today,
      reason: "a test of this",
      excuses: { "declared-properties": [problem] },
    };
    const exemptions = [...settings.exemptions, exemption];
    const policies = found(strange, { ...settings, exemptions }).map(({ policy }) => policy);
    assert.deepEqual(policies.sort(), ["declared-properties", exemptionPolicy]);
  });
});
