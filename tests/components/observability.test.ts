import assert from "node:assert/strict";
import { paging } from "../../components/alarms";
import { plannedWithReceivers } from "../observability/routing/support";
import { named, ofType, plannedStack } from "../support/planned";

interface Values {
  prometheus: { prometheusSpec: Record<string, unknown> };
  alertmanager: { config: unknown; alertmanagerSpec: Record<string, unknown> };
  grafana: { persistence: object; sidecar: { dashboards: Record<string, unknown> } };
}

const valuesOf = async (stack: string) =>
  named(await plannedStack(stack), "observability-release").inputs.values as unknown as Values;

describe("the watching", () => {
  for (const stack of ["prod", "staging"]) {
    it(`of ${stack} keeps metrics for longer than the SLO window, and names its stack`, async () => {
      const { prometheusSpec } = (await valuesOf(stack)).prometheus;
      assert.equal(prometheusSpec.retention, "35d");
      assert.equal(prometheusSpec.replicas, 3);
      assert.deepEqual(prometheusSpec.externalLabels, { cluster: `mini-xdr-${stack}` });
    });

    it(`of ${stack} has three Alertmanagers that wait for all alerts before they tell any`, async () => {
      const { alertmanagerSpec } = (await valuesOf(stack)).alertmanager;
      assert.equal(alertmanagerSpec.replicas, 3);
      assert.deepEqual(alertmanagerSpec.additionalArgs, [
        { name: "dispatch.start-delay", value: "20s" },
      ]);
    });
  }

  it("has a Grafana without a state: dashboards from ConfigMaps, nothing kept in a pod", async () => {
    const { persistence, sidecar } = (await valuesOf("prod")).grafana;
    assert.deepEqual(persistence, { enabled: false });
    const { enabled, label, labelValue, provider } = sidecar.dashboards;
    assert.deepEqual([enabled, label, labelValue], [true, "grafana_dashboard", "1"]);
    assert.deepEqual(provider, { allowUiUpdates: false });
  });

  it("tells rules when the program's own certificate ends, and where runbooks are", async () => {
    const plan = await plannedStack("prod");
    const { certificates, runbookBase } = named(plan, "alert-rules-release").inputs
      .values as Record<string, unknown>;
    assert.deepEqual(certificates, { pgbouncer: "2027-01-01T00:00:00Z" });
    assert.match(String(runbookBase), /^https:.+\/$/);
    const made = plan.resources.filter(({ type }) => /^tls:.*Cert/.test(type));
    assert.equal(made.length, Object.keys(certificates as object).length, "one without an alert");
  });

  it("shows what opens its receivers to one Secret alone", async () => {
    const plan = await plannedWithReceivers("prod");
    const secret = named(plan, "observability-secret-alertmanager-receivers");
    assert.deepEqual(secret.inputs.stringData, {
      "pagerduty-routing-key": "[secret]",
      "slack-webhook-url": "[secret]",
      "dead-mans-switch-url": "[secret]",
    });
    const release = named(plan, "observability-release");
    assert.doesNotMatch(JSON.stringify(release.inputs), /\[secret\]/);
  });

  it("pages through SNS when CloudWatch says that users are hurt, and for nothing else", async () => {
    const plan = await plannedWithReceivers("prod");
    const pages = ofType(plan, "aws:sns/topicSubscription:TopicSubscription").filter(
      ({ inputs }) => inputs.protocol === "https",
    );
    assert.deepEqual(pages.map(({ inputs }) => inputs.region).sort(), ["us-east-1", undefined]);
    for (const { inputs } of pages) {
      assert.equal(inputs.endpoint, "[secret]");
      assert.equal(inputs.filterPolicyScope, "MessageBody");
      assert.deepEqual(JSON.parse(String(inputs.filterPolicy)), {
        AlarmName: paging.map((name) => ({ prefix: `mini-xdr-prod-${name}` })),
      });
    }
  });

  it("knows alarms by the names that page", async () => {
    const alarms = ofType(await plannedStack("prod"), "aws:cloudwatch/metricAlarm:MetricAlarm").map(
      ({ inputs }) => String(inputs.name),
    );
    const pages = alarms.filter((alarm) =>
      paging.some((name) => alarm.startsWith(`mini-xdr-prod-${name}`)),
    );
    assert.deepEqual(pages.map((alarm) => alarm.replace("mini-xdr-prod-", "")).sort(), [
      "edge-5xx-elb",
      "edge-5xx-target",
      "edge-healthy-backend",
      "edge-healthy-frontend",
      "edge-unreachable",
    ]);
  });
});
