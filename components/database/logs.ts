import * as cloudwatch from "@pulumi/aws/cloudwatch";
import type { DatabaseFoundation } from "./foundation";

/** What RDS for PostgreSQL can export. */
export const exportedLogs = ["postgresql", "upgrade"];

/** Created before the database: a log group that RDS creates itself keeps its logs indefinitely. */
export function logGroups(
  { name, args, parent }: DatabaseFoundation,
  kind: "cluster" | "instance",
): cloudwatch.LogGroup[] {
  return exportedLogs.map(
    (log) =>
      new cloudwatch.LogGroup(
        `${name}-log-${log}`,
        { name: `/aws/rds/${kind}/${args.identifier}/${log}`, retentionInDays: 90 },
        { parent },
      ),
  );
}
