import * as cloudwatch from "@pulumi/aws/cloudwatch";
import type { DatabaseFoundation } from "./foundation";

/** What RDS for PostgreSQL can export. */
export const exportedLogs = ["postgresql", "upgrade"];

/** Most read replicas that the configuration allows. */
const mostReplicas = 5;

/** Name of a read replica, counted from 0. */
export function replicaId(identifier: string, index: number): string {
  return `${identifier}-replica-${index + 1}`;
}

/** Groups that RDS writes a server's logs to. */
const groupsOf = (kind: "cluster" | "instance", server: string) =>
  exportedLogs.map((log) => `/aws/rds/${kind}/${server}/${log}`);

/** Every group that a database may have, whichever its topology. */
export function databaseLogGroups(identifier: string): string[] {
  const replicas = Array.from({ length: mostReplicas }, (_, index) => replicaId(identifier, index));
  return [
    ...groupsOf("cluster", identifier),
    ...[identifier, ...replicas].flatMap((server) => groupsOf("instance", server)),
  ];
}

/**
 * Created before the server: a log group that RDS creates itself keeps its logs indefinitely, and in
 * the clear.
 *
 * @param server by default the database itself
 */
export function logGroups(
  { name, args, parent }: DatabaseFoundation,
  kind: "cluster" | "instance",
  server = { name, identifier: args.identifier },
): cloudwatch.LogGroup[] {
  return groupsOf(kind, server.identifier).map(
    (group, index) =>
      new cloudwatch.LogGroup(
        `${server.name}-log-${exportedLogs[index]}`,
        { name: group, retentionInDays: 90, kmsKeyId: args.kmsKeyArn },
        { parent },
      ),
  );
}
