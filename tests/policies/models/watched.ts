import { ofKey } from "../../../policies/declared/denials";
import fc from "fast-check";
import { expectedAlerts } from "../../../policies/declared/alerts";
import type { ByAlarm, ByAlert, ByEvent, Fault } from "../../../policies/declared/faults";
import { limits } from "../../../policies/declared/limits";
import { databaseCluster } from "../../../policies/model/database";
import { Stack, type Resource } from "../../../policies/model/resource";
import { subjects } from "../../../policies/models/detection/alarms";
import { expectedOf } from "../../../policies/models/detection/cloud";
import { deployed, made, settings } from "./small";

/** A way in which everything of a chain of detection may be, with no link broken. */
export interface Watching {
  /** Share of the longest time, and of the range of thresholds, that is made use of. */
  share: number;
  /** Seconds between two scrapes, between two evaluations, and until the first message. */
  scrape: number;
  evaluation: number;
  wait: number;
  /** Whether more speak to the topic, and it is encrypted. */
  encrypted: boolean;
  protocol: "email" | "https";
  /** A second subscription that hears some alarms only. */
  filtered: boolean;
  /** Routes before those that matter, which take nothing of them. */
  before: object[];
  /** Whether the last route has a child that takes the alert. */
  nested: boolean;
}

export const watching: fc.Arbitrary<Watching> = fc.record({
  share: fc.double({ min: 0, max: 1, noNaN: true }),
  scrape: fc.integer({ min: 5, max: 60 }),
  evaluation: fc.integer({ min: 5, max: 60 }),
  wait: fc.integer({ min: 0, max: 30 }),
  encrypted: fc.boolean(),
  protocol: fc.constantFrom("email" as const, "https" as const),
  filtered: fc.boolean(),
  before: fc.subarray([
    { matchers: ['alertname="Another"'], receiver: "null" },
    { matchers: ['severity=~"info|notice"'], receiver: "null" },
    { matchers: ['alertname=~"Another.*"', 'namespace="database"'], receiver: "null" },
    { match: { alertname: "Another" }, receiver: "null" },
    { matchers: ['cluster="small"'], receiver: "messages", continue: true },
    { matchers: ['namespace="database"'], receiver: "messages", continue: true },
  ]),
  nested: fc.boolean(),
});

/** The simplest of them. */
export const plain: Watching = {
  share: 0.5,
  scrape: 30,
  evaluation: 30,
  wait: 30,
  encrypted: true,
  protocol: "email",
  filtered: false,
  before: [],
  nested: false,
};

const root = made("pulumi:pulumi:Stack", "small");

/** A small stack in which faults are told by all of their ways. */
export function watched(faults: Fault[], how: Watching, others: Resource[] = []): Resource[] {
  const ways = faults.flatMap((fault) => fault.ways);
  const alerts = ways.filter((way): way is ByAlert => "alert" in way);
  const alarms = ways.filter((way): way is ByAlarm => "alarm" in way);
  const events = ways.filter((way): way is ByEvent => "events" in way);
  const cluster = faults.some(({ ofClusters }) => ofClusters)
    ? [made(databaseCluster, "cluster", { clusterIdentifier: "cluster" })]
    : [];
  const watch = [...cluster, ...(alerts.length > 0 ? prometheusOf(alerts, how) : [])];
  if (alarms.length + events.length === 0) return [root, ...others, ...watch];
  const regions = new Set([...alarms.map(regionOf), ...events.map(() => undefined)]);
  const topics = new Map([...regions].map((region) => [region, heardTopic(how, region)]));
  const topic = (way: ByAlarm) => topics.get(regionOf(way))![0]!;
  const things = others.length > 0 ? others : watchedThings(how);
  return [
    root,
    ...[...topics.values()].flat(),
    ...things,
    ...alarms.flatMap((way) => alarmsOf(way, topic(way), new Stack([root, ...things]), how)),
    ...(events.some((way) => way.events === "database")
      ? [eventsOf(topics.get(undefined)![0]!)]
      : []),
    ...watch,
  ];
}

/** Region in which AWS keeps the figure of an alarm; undefined: the stack's own. */
function regionOf({ alarm }: ByAlarm): string | undefined {
  const elsewhere: Record<string, string> = {
    HealthCheckStatus: "us-east-1",
    ReplicationLatency: "eu-west-1",
  };
  return elsewhere[alarm];
}

/** A key's policy, with what every one denies to all but the deploy role. */
function kept(policy: string): string {
  const { Statement } = JSON.parse(policy) as { Statement: object[] };
  const keeper = "arn:aws:iam::123456789012:role/deploy";
  const Condition = { ArnNotEquals: { "aws:PrincipalArn": keeper } };
  const denial = {
    Effect: "Deny",
    Principal: "*",
    Action: ofKey.actions,
    Resource: "*",
    Condition,
  };
  return JSON.stringify({ Statement: [...Statement, denial] });
}

function heardTopic({ encrypted, protocol, filtered }: Watching, region?: string): Resource[] {
  const services = ["cloudwatch.amazonaws.com", "events.rds.amazonaws.com"];
  const allowing = (Action: string | string[]) =>
    JSON.stringify({ Statement: [{ Effect: "Allow", Principal: { Service: services }, Action }] });
  const named = (name: string) => (region ? `${name}-${region}` : name);
  const key = made("aws:kms/key:Key", named("topic-key"), {
    policy: kept(allowing(["kms:Decrypt", "kms:GenerateDataKey"])),
    deletionWindowInDays: 30,
    region,
  });
  const topic = encrypted
    ? made(
        "aws:sns/topic:Topic",
        named("topic"),
        { kmsMasterKeyId: "key", region },
        { kmsMasterKeyId: [key] },
      )
    : made("aws:sns/topic:Topic", named("topic"), { region });
  const subscription = (name: string, properties: object) =>
    made(
      "aws:sns/topicSubscription:TopicSubscription",
      name,
      { topic: "arn", protocol, endpoint: "someone@example.com", ...properties },
      { topic: [topic] },
    );
  return [
    topic,
    ...(encrypted ? [key] : []),
    made(
      "aws:sns/topicPolicy:TopicPolicy",
      named("topic-policy"),
      { arn: "arn", policy: allowing("sns:Publish") },
      { arn: [topic] },
    ),
    ...(filtered ? [subscription(named("some"), { filterPolicy: "{}" })] : []),
    subscription(named("everything"), {}),
  ];
}

/** A topic as ElastiCache wants it: not encrypted, for anybody on behalf of its owner. */
function cacheTopic({ protocol }: Watching): [topic: Resource, ...Resource[]] {
  const Statement = [{ Effect: "Allow", Principal: { AWS: "*" }, Action: "sns:Publish" }];
  const topic = made("aws:sns/topic:Topic", "cache-topic");
  return [
    topic,
    made(
      "aws:sns/topicPolicy:TopicPolicy",
      "cache-topic-policy",
      { arn: "arn", policy: JSON.stringify({ Statement }) },
      { arn: [topic] },
    ),
    made(
      "aws:sns/topicSubscription:TopicSubscription",
      "cache-everything",
      { topic: "arn", protocol, endpoint: "someone@example.com" },
      { topic: [topic] },
    ),
  ];
}

/** One of everything that an alarm may watch. */
function watchedThings(how: Watching): Resource[] {
  const topic = cacheTopic(how);
  const writer = made("aws:rds/instance:Instance", "writer", {
    identifier: "writer",
    instanceClass: "db.t4g.medium",
  });
  const copy = made("aws:s3/bucket:Bucket", "copy", { region: "eu-west-1" });
  return [
    writer,
    made(
      "aws:rds/instance:Instance",
      "reader",
      { identifier: "reader", replicateSourceDb: "writer" },
      { replicateSourceDb: [writer] },
    ),
    ...topic,
    made(
      "aws:elasticache/replicationGroup:ReplicationGroup",
      "cache",
      { replicationGroupId: "cache", numCacheClusters: 2, notificationTopicArn: "arn" },
      { notificationTopicArn: topic.slice(0, 1) },
    ),
    copy,
    made(
      "aws:s3/bucketReplicationConfig:BucketReplicationConfig",
      "copying",
      { rules: [] },
      { rules: [copy] },
    ),
    made("aws:lb/loadBalancer:LoadBalancer", "balancer"),
    made("aws:lb/targetGroup:TargetGroup", "targets"),
    made("aws:route53/healthCheck:HealthCheck", "check"),
    made("aws:acm/certificateValidation:CertificateValidation", "certificate"),
    made("aws:cloudwatch/eventRule:EventRule", "changes"),
  ];
}

/** What names the thing behind an alarm, as AWS does. */
const named: Record<string, Record<string, string>> = {
  loadBalancer: { LoadBalancer: "app/balancer/1" },
  targetGroup: { LoadBalancer: "app/balancer/1", TargetGroup: "targetgroup/targets/1" },
  healthCheck: { HealthCheckId: "check" },
  certificate: { CertificateArn: "arn" },
  eventRule: { RuleName: "changes" },
  copy: { SourceBucket: "vault", DestinationBucket: "copy", RuleId: "all" },
};

function alarmsOf(way: ByAlarm, topic: Resource, stack: Stack, how: Watching): Resource[] {
  const expected = expectedOf(way);
  const [least, most] = expected.threshold;
  const limit = expected.of === "stack" ? Math.min(most, 3600) : most;
  const period = expected.within >= 86_400 ? 86_400 : 60;
  const evaluations = Math.max(1, Math.floor((how.share * expected.within) / period));
  return subjects(expected, stack, settings).map(({ says, dimension, behind }) =>
    made(
      "aws:cloudwatch/metricAlarm:MetricAlarm",
      `${way.alarm}-${says}`,
      {
        metricName: expected.metric,
        namespace: expected.namespace,
        dimensions: dimension ? { [dimension[0]]: dimension[1] } : named[expected.of],
        comparisonOperator: expected.compares,
        statistic: expected.statistic,
        threshold: least + Math.floor(how.share * (limit - least)),
        period,
        evaluationPeriods: evaluations,
        treatMissingData: expected.silenceTells || how.filtered ? "breaching" : "notBreaching",
        alarmActions: ["arn"],
        region: topic.properties.region,
      },
      { alarmActions: [topic], ...(behind && { dimensions: [behind] }) },
    ),
  );
}

function eventsOf(topic: Resource): Resource {
  return made(
    "aws:rds/eventSubscription:EventSubscription",
    "events",
    {
      sourceIds: ["writer", "small-cluster"],
      eventCategories: ["failover", "failure"],
      snsTopic: "arn",
    },
    { snsTopic: [topic] },
  );
}

function prometheusOf(alerts: ByAlert[], how: Watching): Resource[] {
  const release = made("kubernetes:helm.sh/v3:Release", "watch", {
    chart:
      "oci://123456789012.dkr.ecr.eu-central-1.amazonaws.com/mini-xdr/charts/kube-prometheus-stack",
    values: {
      prometheus: {
        prometheusSpec: {
          externalLabels: { cluster: "small" },
          ruleSelectorNilUsesHelmValues: false,
          serviceMonitorSelectorNilUsesHelmValues: false,
        },
      },
      alertmanager: { alertmanagerSpec: { secrets: ["keys"] }, config: alertmanagerOf(how) },
    },
  });
  const sources = [...new Set(alerts.flatMap(({ figures }) => Object.values(figures)))];
  return [
    release,
    deployed(release, "monitoring.coreos.com/v1:Prometheus", "monitoring/prometheus", {
      spec: {
        replicas: 3,
        retention: "35d",
        storage: volume,
        alerting: { alertmanagers: [{ name: "alertmanager" }] },
      },
    }),
    deployed(release, "monitoring.coreos.com/v1:Alertmanager", "monitoring/alertmanager", {
      spec: { replicas: 3 },
    }),
    deployed(release, "monitoring.coreos.com/v1:PrometheusRule", "monitoring/rules", {
      spec: {
        groups: [{ name: "all", interval: `${how.evaluation}s`, rules: rulesOf(alerts, how) }],
      },
    }),
    ...sources
      .filter((source) => source.includes("/"))
      .flatMap((source) => scraped(release, source, how)),
  ];
}

const volume = {
  volumeClaimTemplate: {
    spec: { storageClassName: "gp3", resources: { requests: { storage: "9Gi" } } },
  },
};

function rulesOf(alerts: ByAlert[], { share }: Watching): object[] {
  return [
    { record: "minixdr_certificate_expiry_timestamp_seconds", expr: "vector(1)" },
    { record: "inner", expr: "kube_node_status_condition == 1" },
    { alert: "Watchdog", expr: "vector(1)", labels: { severity: "none" } },
    ...alerts
      .filter(({ alert }) => alert !== "Watchdog")
      .map(({ alert, severity, labels, figures }) => {
        const expected = expectedAlerts.find(
          (found) => found.alert === alert && found.severity === severity,
        )!;
        return {
          alert,
          // One of them is read by way of a rule that records it.
          expr: `${Object.keys(figures).join(" + ").replace("kube_node_status_condition", "inner")} ${limitOf(alert)}`,
          for: `${Math.floor(share * expected.within)}s`,
          labels: { ...labels, severity },
        };
      }),
  ];
}

/** The last limit of an alert at which it still tells. */
function limitOf(alert: string): string {
  const [operator, limit] = Object.entries(limits[alert] ?? { "==": 1 })[0]!;
  return `${operator} ${typeof limit === "object" ? limit.enterprise : limit}`;
}

function alertmanagerOf({ before, nested, wait }: Watching): object {
  const file = "/etc/alertmanager/secrets/keys/key";
  const taken = { matchers: ['alertname!="Another"'], group_wait: `${wait}s` };
  return {
    route: {
      receiver: "messages",
      group_wait: `${wait}s`,
      routes: [
        { matchers: ['alertname="Watchdog"'], receiver: "watchdog" },
        ...before,
        { matchers: ['severity="critical"'], receiver: "pages", routes: nested ? [taken] : [] },
      ],
    },
    inhibit_rules: [
      {
        source_matchers: ['alertname="ZoneLost"'],
        target_matchers: ['zone!=""'],
        equal: ["cluster"],
      },
      { source_matchers: ['alertname="Watchdog"'], target_matchers: ['severity="info"'] },
    ],
    receivers: [
      { name: "null" },
      { name: "pages", pagerduty_configs: [{ routing_key_file: file }] },
      { name: "messages", slack_configs: [{ api_url_file: file }] },
      { name: "watchdog", webhook_configs: [{ url_file: file }] },
    ],
  };
}

function scraped(release: Resource, source: string, { scrape }: Watching): Resource[] {
  const [name = "", port = "metrics"] = source.split("#");
  const labels = { app: name.replace("/", "-") };
  return [
    deployed(release, "monitoring.coreos.com/v1:ServiceMonitor", name, {
      spec: {
        selector: { matchLabels: labels },
        endpoints: [{ port, interval: `${scrape}s` }],
      },
    }),
    deployed(release, "core/v1:Service", name, {
      metadata: { labels },
      spec: { selector: labels, ports: [{ name: port }] },
    }),
    deployed(release, "apps/v1:Deployment", name, {
      spec: { template: { metadata: { labels } } },
    }),
  ];
}
