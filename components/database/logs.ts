import * as cloudwatch from "@pulumi/aws/cloudwatch";
import type { DatabaseFoundation } from "./foundation";

/** What RDS for PostgreSQL can export. */
export const exportedLogs = ["postgresql", "upgrade"];

/** Made before the database: a group that RDS makes by itself keeps its logs for ever. */
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
