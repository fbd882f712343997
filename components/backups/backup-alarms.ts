import type * as pulumi from "@pulumi/pulumi";
import type { AlarmSpec } from "../alarm-spec";

export interface BackupAlarmsArgs {
  /** Dimension of the backup jobs' own metrics, such as `mini-xdr-prod`. */
  stackName: string;
  /** A backup older than this is too old, seconds. */
  ageSeconds: number;
  /** A dump that takes longer leaves its copy too little time, seconds. */
  dumpSeconds: number;
  /** The rules by which EventBridge hears of changes of what protects the backups. */
  watched: Watched[];
  /** The rule by which S3 copies the vault, the copy's Region, and the topic there; absent: no copy. */
  copy?: Copy;
}

/** A rule of EventBridge, and where it is if not in the stack's Region. */
export interface Watched {
  /** Such as `backups-touched`; also the alarm's name. */
  name: string;
  rule: pulumi.Input<string>;
  elsewhere?: AlarmSpec["elsewhere"];
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
    ...Object.fromEntries(
      evidence.map(([alarm, metric, description]) => [
        alarm,
        // Counted from signed records alone; who reports nothing is the first alarm's.
        { ...job, description, metric, threshold: 0, minutes: 15 },
      ]),
    ),
    ...Object.fromEntries(args.watched.map((one) => [one.name, touched(one)])),
    ...(args.copy ? copyAlarms(args.copy) : {}),
  };
}

/** Alarm, the exporter's metric of which any is too many, and what it says. */
const evidence = [
  ["backup-promise", "BackupsBelowPromise", "Fewer backups can be restored than are promised"],
  ["backup-vanished", "BackupsVanished", "A backup that should be kept is no longer in the vault"],
  ["backup-refused", "BackupsRefused", "The vault holds backups whose evidence is not ours"],
  ["backup-tagged", "BackupsTaggedOutOfTurn", "A backup that is kept was marked as pruned"],
] as const;

/** The rule mails the event itself; this says that there was one even where that mail is lost. */
function touched({ rule, elsewhere }: Watched): AlarmSpec {
  return {
    description: "Somebody has changed what protects the backups, or tried to",
    namespace: "AWS/Events",
    metric: "TriggeredRules",
    dimensions: { RuleName: rule },
    statistic: "Sum",
    comparison: "GreaterThanThreshold",
    threshold: 0,
    minutes: 1,
    ...(elsewhere ? { elsewhere } : {}),
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
