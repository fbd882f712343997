import { expectedAlarms, oldestBackup, type ExpectedAlarm } from "../../declared/alarms";
import { databaseCluster, isReplica, parameter, parametersOf } from "../../model/database";
import { at, list, numberAt, unknown, type Resource, type Stack } from "../../model/resource";
import type { RuleDefinition } from "../../model/rule";
import type { Settings } from "../../model/settings";
import { writers } from "../../budgets/failover";

const alarmType = "aws:cloudwatch/metricAlarm:MetricAlarm";
const dimensionOf = {
  member: "DBInstanceIdentifier",
  replica: "DBInstanceIdentifier",
  cacheNode: "CacheClusterId",
};
/** Dimensions under which AWS keeps each metric: under one more or less there is none. */
const dimensionsOf: Record<ExpectedAlarm["of"], string[]> = {
  stack: ["Stack"],
  member: ["DBInstanceIdentifier"],
  replica: ["DBInstanceIdentifier"],
  cacheNode: ["CacheClusterId"],
  loadBalancer: ["LoadBalancer"],
  targetGroup: ["LoadBalancer", "TargetGroup"],
  healthCheck: ["HealthCheckId"],
  certificate: ["CertificateArn"],
};
/** What names the one cannot name the other. */
const shapes = { LoadBalancer: /^app\//, TargetGroup: /^targetgroup\// };

export default {
  name: "alarm-catalogue",
  severity: "critical",
  from: "starter",
  demands:
    "Every alarm of the catalogue in policies/declared watches what it is for, with a threshold within reach, soon enough, and not switched off.",
  reason:
    "An alarm with a threshold that is never reached, or on another database's metric, is none.",
  needs: "stack",
  types: ["pulumi:pulumi:Stack"],
  judge: (_, stack, settings) =>
    expectedAlarms.flatMap((expected) =>
      subjects(expected, stack, settings)
        .filter(
          (subject) =>
            !alarms(expected, stack).some(
              (alarm) =>
                watches(alarm, subject) &&
                isWhole(alarm, expected, stack) &&
                isSharp(alarm, expected, settings),
            ),
        )
        .map(
          (subject) =>
            `no alarm tells ${expected.metric} of ${subject.says}: it must compare the ${expected.statistic} by ${expected.compares} with ${expected.threshold.join(" to ")}, within ${expected.within} s, and treat missing data as ${expected.silenceTells ? "breaching" : "notBreaching or breaching"}`,
        ),
    ),
} satisfies RuleDefinition;

/** One thing to watch: by a dimension's value, or by the resource behind the dimensions. */
interface Subject {
  says: string;
  dimension?: [name: string, value: string];
  behind?: Resource;
}

function subjects({ of }: ExpectedAlarm, stack: Stack, settings: Settings): Subject[] {
  const behind = (type: string) =>
    stack.ofType(type).map((resource) => ({ says: resource.name, behind: resource }));
  const named = (ids: string[]) =>
    ids.map((id): Subject => ({
      says: id,
      dimension: [dimensionOf[of as keyof typeof dimensionOf], id],
    }));
  switch (of) {
    case "member":
      return named(members(stack));
    case "replica":
      return named(replicas(stack));
    case "cacheNode":
      return named(cacheNodes(stack));
    case "loadBalancer":
      return behind("aws:lb/loadBalancer:LoadBalancer");
    case "targetGroup":
      return behind("aws:lb/targetGroup:TargetGroup");
    case "healthCheck":
      return behind("aws:route53/healthCheck:HealthCheck");
    case "certificate":
      return behind("aws:acm/certificateValidation:CertificateValidation");
    case "stack":
      return [{ says: "the backups", dimension: ["Stack", `mini-xdr-${settings.stack}`] }];
  }
}

/** Servers of the database by their identifiers, as AWS names those of a cluster. */
function members(stack: Stack): string[] {
  return [...writers(stack).flatMap(serversOf), ...replicaInstances(stack)];
}

function replicas(stack: Stack): string[] {
  const clusters = writers(stack).filter(({ type }) => type === databaseCluster);
  return [...clusters.flatMap(serversOf), ...replicaInstances(stack)];
}

function serversOf({ type, properties }: Resource): string[] {
  return type === databaseCluster
    ? [1, 2, 3].map((number) => `${String(properties.clusterIdentifier)}-instance-${number}`)
    : [String(properties.identifier)];
}

function replicaInstances(stack: Stack): string[] {
  return stack
    .ofType("aws:rds/instance:Instance")
    .filter(isReplica)
    .map(({ properties }) => String(properties.identifier));
}

function cacheNodes(stack: Stack): string[] {
  return stack
    .ofType("aws:elasticache/replicationGroup:ReplicationGroup")
    .flatMap(({ properties }) =>
      Array.from(
        { length: numberAt(properties, "numCacheClusters") || 0 },
        (_, index) =>
          `${String(properties.replicationGroupId)}-${String(index + 1).padStart(3, "0")}`,
      ),
    );
}

function alarms({ metric, namespace }: ExpectedAlarm, stack: Stack): Resource[] {
  return stack
    .ofType(alarmType)
    .filter(
      ({ properties }) => properties.metricName === metric && properties.namespace === namespace,
    );
}

function watches(
  { properties, propertyDependencies }: Resource,
  { dimension, behind }: Subject,
): boolean {
  if (dimension) return at(properties.dimensions, dimension[0]) === dimension[1];
  return !behind || (propertyDependencies.dimensions ?? []).includes(behind.urn);
}

/** Every dimension that the metric has and no other, in its Region, told to a topic there. */
function isWhole(alarm: Resource, { of, metric }: ExpectedAlarm, stack: Stack): boolean {
  const { properties } = alarm;
  const given = (properties.dimensions ?? {}) as Record<string, unknown>;
  // Route 53 keeps its figures in one Region, wherever the stack is.
  const region = of === "healthCheck" ? "us-east-1" : undefined;
  const topics = stack.behind(alarm, "alarmActions", "aws:sns/topic:Topic");
  const most = metric === "DatabaseConnections" ? maxConnections(stack) : Infinity;
  return (
    Object.keys(given).sort().join() === dimensionsOf[of].join() &&
    Object.entries(shapes).every(
      ([name, shape]) => typeof given[name] !== "string" || shape.test(given[name]),
    ) &&
    properties.region === region &&
    topics.every((topic) => topic.properties.region === region) &&
    // What can never be reached tells nothing.
    !(numberAt(properties, "threshold") >= most) &&
    !(metric === "FreeStorageSpace" && numberAt(properties, "threshold") < leastFree(stack))
  );
}

/** A tenth of the disk, bytes: less is full before anybody has come. */
function leastFree(stack: Stack): number {
  const disks = writers(stack).map(
    (writer) => numberAt(writer.properties, "allocatedStorage") || 0,
  );
  return 0.1 * Math.max(0, ...disks) * 2 ** 30;
}

function maxConnections(stack: Stack): number {
  const set = writers(stack).map((writer) =>
    numberAt(parameter(parametersOf(writer, stack), "max_connections"), ""),
  );
  return Math.min(Infinity, ...set);
}

function isSharp({ properties }: Resource, expected: ExpectedAlarm, settings: Settings): boolean {
  const [least, most] = expected.threshold;
  const limit = expected.of === "stack" && settings.tier === "enterprise" ? oldestBackup : most;
  const threshold = numberAt(properties, "threshold");
  const missing = properties.treatMissingData;
  return (
    properties.comparisonOperator === expected.compares &&
    properties.statistic === expected.statistic &&
    threshold >= least &&
    threshold <= limit &&
    numberAt(properties, "period") * numberAt(properties, "evaluationPeriods") <= expected.within &&
    // Fewer points than all of them tell sooner; none is not a number.
    properties.datapointsToAlarm !== 0 &&
    (missing === "breaching" || (!expected.silenceTells && missing === "notBreaching")) &&
    list(properties, "alarmActions").length > 0 &&
    properties.actionsEnabled !== false &&
    properties.actionsEnabled !== unknown
  );
}
