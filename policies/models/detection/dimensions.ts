import type { ExpectedAlarm } from "../../declared/alarms";
import { writers } from "../../budgets/failover";
import { copyTime } from "../../declared/recovery";
import { parameter, parametersOf } from "../../model/database";
import { show } from "../../model/expectation";
import { cronJob, everyContainer } from "../../model/kubernetes";
import { at, list, numberAt, type Resource, type Stack } from "../../model/resource";
import { interval } from "../../model/schedule";

/** Dimensions under which AWS keeps each metric: under one more or less there is none. */
const dimensionsOf: Record<ExpectedAlarm["of"], string[]> = {
  stack: ["Stack"],
  member: ["DBInstanceIdentifier"],
  burstable: ["DBInstanceIdentifier"],
  copy: ["DestinationBucket", "RuleId", "SourceBucket"],
  replica: ["DBInstanceIdentifier"],
  cacheNode: ["CacheClusterId"],
  loadBalancer: ["LoadBalancer"],
  targetGroup: ["LoadBalancer", "TargetGroup"],
  healthCheck: ["HealthCheckId"],
  certificate: ["CertificateArn"],
  eventRule: ["RuleName"],
};
/** What names the one cannot name the other. */
const shapes = { LoadBalancer: /^app\//, TargetGroup: /^targetgroup\// };

/** What keeps an alarm from ever having a figure that it could tell of, a clause each. */
export function figureless(alarm: Resource, { of, metric }: ExpectedAlarm, stack: Stack): string[] {
  const { properties } = alarm;
  const given = (properties.dimensions ?? {}) as Record<string, unknown>;
  const region = of === "eventRule" ? ofRule(alarm, stack) : keptIn(of, metric, stack);
  const topics = stack.behind(alarm, "alarmActions", "aws:sns/topic:Topic");
  const threshold = numberAt(properties, "threshold");
  return [
    ...(Object.keys(given).sort().join() === dimensionsOf[of].join()
      ? []
      : [
          `it has the dimensions ${Object.keys(given).join(", ")}; AWS keeps ${metric} by ${dimensionsOf[of].join(", ")}`,
        ]),
    ...Object.entries(shapes)
      .filter(([name, shape]) => typeof given[name] === "string" && !shape.test(given[name]))
      .map(([name]) => `dimensions.${name} is ${show(given[name])}, which names another thing`),
    ...(properties.region === region && topics.every((topic) => topic.properties.region === region)
      ? []
      : [`it, or its topic, is not in the Region of ${metric}`]),
    ...(metric === "DatabaseConnections" && threshold >= maxConnections(stack)
      ? [`threshold is ${threshold}, which max_connections keeps it from`]
      : []),
    ...(metric === "NewestBackupSeconds" && threshold > longestDump(stack)
      ? [
          `threshold is ${threshold}; with the time until the next dump and that of a copy it must be ${longestDump(stack)} or less`,
        ]
      : []),
    ...(metric === "FreeStorageSpace" && threshold < leastFree(stack)
      ? [`threshold is ${threshold}; it must be a tenth of the disk or more`]
      : []),
  ];
}

/** Region in which AWS keeps a metric, wherever the stack is; undefined: the stack's own. */
function keptIn(of: ExpectedAlarm["of"], metric: string, stack: Stack): unknown {
  if (of === "healthCheck") return "us-east-1";
  // S3 User Guide, "Using S3 Replication metrics": how far a copy is behind, in the copy's Region.
  if (metric !== "ReplicationLatency") return undefined;
  return stack
    .ofType("aws:s3/bucketReplicationConfig:BucketReplicationConfig")
    .flatMap((config) => stack.behind(config, "rules", "aws:s3/bucket:Bucket"))
    .map(({ properties }) => properties.region)
    .find((region) => region !== undefined);
}

/** EventBridge counts in its rule's own Region. */
function ofRule(alarm: Resource, stack: Stack): unknown {
  const [rule] = stack.behind(alarm, "dimensions", "aws:cloudwatch/eventRule:EventRule");
  return rule?.properties.region;
}

/** Longest dump after which the copy in the other Region is still as young as promised, seconds. */
function longestDump(stack: Stack): number {
  const dumps = stack.ofType(cronJob).filter(({ name }) => name.endsWith("-dump"));
  const promises = stack
    .ofType(cronJob)
    .flatMap(everyContainer)
    .flatMap((container) => list(container, "env"))
    .filter((entry) => at(entry, "name") === "RPO_LIMIT_SECONDS")
    .map((entry) => numberAt(entry, "value"));
  const limits = dumps.map(
    (dump) => Math.min(...promises) - interval(String(at(dump.properties, "spec.schedule"))),
  );
  return Math.min(Infinity, ...limits) - copyTime;
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
