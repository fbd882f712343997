import { figureless } from "./dimensions";
import { oldestBackup, type ExpectedAlarm } from "../../declared/alarms";
import { writers } from "../../budgets/failover";
import { databaseCluster, isReplica } from "../../model/database";
import { show } from "../../model/expectation";
import { at, list, numberAt, unknown, type Resource, type Stack } from "../../model/resource";
import type { Settings } from "../../model/settings";

const alarmType = "aws:cloudwatch/metricAlarm:MetricAlarm";
const dimensionOf = {
  member: "DBInstanceIdentifier",
  burstable: "DBInstanceIdentifier",
  replica: "DBInstanceIdentifier",
  cacheNode: "CacheClusterId",
};

/** One thing to watch: by a dimension's value, or by the resource behind the dimensions. */
export interface Subject {
  says: string;
  dimension?: [name: string, value: string];
  behind?: Resource;
}

/** Everything that an alarm of the catalogue has to watch, each by one of its own. */
export function subjects({ of }: ExpectedAlarm, stack: Stack, settings: Settings): Subject[] {
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
    case "burstable":
      return named(burstable(stack));
    case "copy":
      return behind("aws:s3/bucketReplicationConfig:BucketReplicationConfig");
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
    case "eventRule":
      return behind("aws:cloudwatch/eventRule:EventRule");
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

/** Members whose class earns processor credits. */
function burstable(stack: Stack): string[] {
  const earns = ({ properties }: Resource) =>
    /^db\.t/.test(String(properties.dbClusterInstanceClass ?? properties.instanceClass));
  return writers(stack).some(earns) ? members(stack) : [];
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

/** Alarms on a metric of one subject, sharp or not. */
export function alarmsOn(
  subject: Subject,
  { metric, namespace }: ExpectedAlarm,
  stack: Stack,
): Resource[] {
  return stack
    .ofType(alarmType)
    .filter(
      ({ properties }) => properties.metricName === metric && properties.namespace === namespace,
    )
    .filter((alarm) => watches(alarm, subject));
}

function watches(
  { properties, propertyDependencies }: Resource,
  { dimension, behind }: Subject,
): boolean {
  if (dimension) return at(properties.dimensions, dimension[0]) === dimension[1];
  return !behind || (propertyDependencies.dimensions ?? []).includes(behind.urn);
}

/** What keeps an alarm from telling in time, a clause each; empty: it is sharp. */
export function bluntness(
  alarm: Resource,
  expected: ExpectedAlarm,
  settings: Settings,
  stack: Stack,
): string[] {
  const { properties } = alarm;
  const [least, most] = expected.threshold;
  const limit =
    expected.of === "stack" && settings.tier === "enterprise" ? Math.min(most, oldestBackup) : most;
  const threshold = numberAt(properties, "threshold");
  const missing = properties.treatMissingData;
  const needs = (holds: boolean, path: string, says: string) =>
    holds ? [] : [`${path} is ${show(at(properties, path))}; it must be ${says}`];
  return [
    ...figureless(alarm, expected, stack),
    ...needs(
      properties.comparisonOperator === expected.compares,
      "comparisonOperator",
      expected.compares,
    ),
    ...needs(properties.statistic === expected.statistic, "statistic", expected.statistic),
    ...needs(threshold >= least && threshold <= limit, "threshold", `from ${least} to ${limit}`),
    ...(lasts(properties) <= expected.within
      ? []
      : [`it waits for ${lasts(properties)} s; it must be ${expected.within} s or less`]),
    // Fewer points than all of them tell sooner; none is not a number.
    ...needs(properties.datapointsToAlarm !== 0, "datapointsToAlarm", "1 or more"),
    ...needs(
      missing === "breaching" || (!expected.silenceTells && missing === "notBreaching"),
      "treatMissingData",
      expected.silenceTells ? "breaching" : "notBreaching or breaching",
    ),
    ...needs(list(properties, "alarmActions").length > 0, "alarmActions", "a list with a topic"),
    ...needs(
      properties.actionsEnabled !== false && properties.actionsEnabled !== unknown,
      "actionsEnabled",
      "true",
    ),
  ];
}

/** Longest time that what an alarm watches for lasts before it tells, seconds; NaN: not known. */
export function lasts(properties: Resource["properties"]): number {
  return numberAt(properties, "period") * numberAt(properties, "evaluationPeriods");
}
