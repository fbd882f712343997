import type { ExpectedAlarm } from "../../declared/alarms";
import { writers } from "../../budgets/failover";
import { parameter, parametersOf } from "../../model/database";
import { show } from "../../model/expectation";
import { numberAt, type Resource, type Stack } from "../../model/resource";

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

/** What keeps an alarm from ever having a figure that it could tell of, a clause each. */
export function figureless(alarm: Resource, { of, metric }: ExpectedAlarm, stack: Stack): string[] {
  const { properties } = alarm;
  const given = (properties.dimensions ?? {}) as Record<string, unknown>;
  // Route 53 keeps its figures in one Region, wherever the stack is.
  const region = of === "healthCheck" ? "us-east-1" : undefined;
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
    ...(metric === "FreeStorageSpace" && threshold < leastFree(stack)
      ? [`threshold is ${threshold}; it must be a tenth of the disk or more`]
      : []),
  ];
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
