import type * as pulumi from "@pulumi/pulumi";
import type { AlarmSpec } from "../alarm-spec";

export interface BackupAlarmsArgs {
  /** Dimension of the backup jobs' own metrics, such as `mini-xdr-prod`. */
  stackName: string;
  /** A backup older than this is too old, seconds. */
  ageSeconds: number;
  /** A dump that takes longer leaves its copy too little time, seconds. */
  dumpSeconds: number;
  /** The rule by which S3 copies the vault, the copy's Region, and the topic there; absent: no copy. */
  copy?: Copy;
}

interface Copy {
  sourceBucket: pulumi.Input<string>;
  destinationBucket: pulumi.Input<string>;
  ruleId: pulumi.Input<string>;
  region: string;
  topicArn: pulumi.Input<string>;
}

/** S3's promise for a copy (replication time control), seconds. */
export const replicationSeconds = 15 * 60;

/**
 * What says that the data's copies are late: in the vault, and in the other Region. S3 keeps how far
 * a copy is behind in the copy's Region, and what failed in the source's (S3 User Guide, "Using S3
 * Replication metrics", "Which Region is this metric published in?").
 */
export function backupAlarms(args: BackupAlarmsArgs): Record<string, AlarmSpec> {
  const job = {
    namespace: "MiniXdr/Backups",
    dimensions: { Stack: args.stackName },
    statistic: "Maximum",
    comparison: "GreaterThanThreshold",
  } as const;
  return {
    // The job publishes the age; when it no longer does, that is the alarm.
    "backup-age": {
      ...job,
      description: "The newest complete backup is too old, or nobody reports its age",
      metric: "NewestBackupAgeSeconds",
      threshold: args.ageSeconds,
      minutes: 15,
      silence: "breaching",
    },
    "backup-duration": {
      ...job,
      description: "A dump takes so long that its copy in the other Region is too old",
      metric: "NewestBackupSeconds",
      threshold: args.dumpSeconds,
      minutes: 15,
    },
    ...(args.copy ? copyAlarms(args.copy) : {}),
  };
}

function copyAlarms({
  sourceBucket,
  destinationBucket,
  ruleId,
  region,
  topicArn,
}: Copy): Record<string, AlarmSpec> {
  const copy = {
    namespace: "AWS/S3",
    dimensions: {
      SourceBucket: sourceBucket,
      DestinationBucket: destinationBucket,
      RuleId: ruleId,
    },
    comparison: "GreaterThanThreshold",
  } as const;
  return {
    "backup-copy-late": {
      ...copy,
      description: "The vault's copy in the other Region is more than 15 minutes behind",
      metric: "ReplicationLatency",
      statistic: "Maximum",
      threshold: replicationSeconds,
      minutes: 5,
      elsewhere: { region, topicArn },
    },
    "backup-copy-failed": {
      ...copy,
      description: "S3 could not copy an object of the vault to the other Region",
      metric: "OperationsFailedReplication",
      statistic: "Sum",
      threshold: 0,
      minutes: 1,
    },
  };
}
