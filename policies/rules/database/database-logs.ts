import { includes, mismatch } from "../../model/expectation";
import { databaseCluster, databaseInstance } from "../../model/database";
import { list, type Resource, type Stack } from "../../model/resource";
import type { RuleDefinition } from "../../model/rule";

const exported = includes("postgresql", "upgrade");
const property = "enabledCloudwatchLogsExports";
const logGroup = "aws:cloudwatch/logGroup:LogGroup";

export default {
  name: "database-logs",
  severity: "medium",
  from: "starter",
  demands:
    "PostgreSQL and upgrade logs go to CloudWatch, into encrypted groups that are there before the server.",
  reason:
    "After a failover the old writer's own disk is gone, and with it the reason; a group that RDS makes itself keeps everything indefinitely.",
  needs: "stack",
  types: [databaseCluster, databaseInstance],
  judge: (database, stack) => {
    const wrong = mismatch(database.properties, property, exported);
    return [
      ...(wrong ? [wrong] : []),
      ...list(database.properties, property)
        .filter((log) => !hasGroup(database, String(log), stack))
        .map((log) => `it does not wait for an encrypted log group of ${String(log)}`),
    ];
  },
} satisfies RuleDefinition;

/** Whether the server comes after the group that RDS will write a log to. */
function hasGroup(database: Resource, log: string, stack: Stack): boolean {
  const [kind, id] =
    database.type === databaseCluster
      ? ["cluster", database.properties.clusterIdentifier]
      : ["instance", database.properties.identifier];
  return stack
    .ofType(logGroup)
    .some(
      ({ urn, properties }) =>
        properties.name === `/aws/rds/${kind}/${String(id)}/${log}` &&
        properties.kmsKeyId !== undefined &&
        database.dependencies.includes(urn),
    );
}
