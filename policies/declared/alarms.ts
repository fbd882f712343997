import { copyTime } from "./recovery";

/** An alarm that has to be there, and how sharp it has to be. */
export interface ExpectedAlarm {
  metric: string;
  namespace: string;
  /** What it watches, each by an alarm of its own. */
  of:
    | "stack"
    | "member"
    | "burstable"
    | "copy"
    | "replica"
    | "cacheNode"
    | "loadBalancer"
    | "targetGroup"
    | "healthCheck"
    | "certificate"
    | "eventRule";
  compares: "GreaterThanThreshold" | "LessThanThreshold";
  statistic: "Maximum" | "Minimum" | "Average" | "Sum";
  /** Lowest and highest threshold at which it still tells in time. */
  threshold: [least: number, most: number];
  /** Longest time that the fault may last before it tells, seconds. */
  within: number;
  /** Whether silence of the metric is the fault itself. */
  silenceTells: boolean;
}

const gib = 2 ** 30;

const database = { namespace: "AWS/RDS", of: "member", silenceTells: false } as const;
const cache = { namespace: "AWS/ElastiCache", of: "cacheNode", silenceTells: false } as const;
const balancer = { namespace: "AWS/ApplicationELB", silenceTells: false } as const;
const copies = { namespace: "AWS/S3", of: "copy", silenceTells: false } as const;
const above = { compares: "GreaterThanThreshold" } as const;
const below = { compares: "LessThanThreshold" } as const;

/** Every alarm that a stack is expected to hold. Others may stand beside them. */
export const expectedAlarms: ExpectedAlarm[] = [
  {
    ...database,
    ...above,
    metric: "CPUUtilization",
    statistic: "Average",
    threshold: [50, 90],
    within: 600,
    silenceTells: true,
  },
  {
    ...database,
    ...above,
    metric: "DatabaseConnections",
    statistic: "Average",
    threshold: [50, 4500],
    within: 600,
  },
  {
    ...database,
    ...below,
    metric: "FreeStorageSpace",
    statistic: "Average",
    threshold: [5 * gib, 1024 * gib],
    within: 600,
  },
  {
    ...database,
    ...below,
    metric: "FreeableMemory",
    statistic: "Average",
    threshold: [128 * 2 ** 20, 64 * gib],
    within: 900,
  },
  {
    ...database,
    ...above,
    metric: "MaximumUsedTransactionIDs",
    statistic: "Maximum",
    threshold: [300e6, 1.2e9],
    within: 3600,
  },
  {
    ...database,
    ...below,
    of: "burstable",
    metric: "CPUCreditBalance",
    statistic: "Average",
    threshold: [10, 200],
    within: 1800,
  },
  {
    ...database,
    ...above,
    of: "replica",
    metric: "ReplicaLag",
    statistic: "Maximum",
    threshold: [5, 120],
    within: 600,
  },
  {
    ...cache,
    ...below,
    metric: "MasterLinkHealthStatus",
    statistic: "Minimum",
    threshold: [1, 1],
    within: 120,
  },
  {
    ...cache,
    ...above,
    metric: "ReplicationLag",
    statistic: "Maximum",
    threshold: [1, 60],
    within: 600,
  },
  {
    ...cache,
    ...below,
    metric: "FreeableMemory",
    statistic: "Minimum",
    threshold: [50e6, 500e6],
    within: 600,
  },
  {
    ...balancer,
    ...above,
    of: "loadBalancer",
    metric: "HTTPCode_ELB_5XX_Count",
    statistic: "Sum",
    threshold: [0, 50],
    within: 180,
  },
  {
    ...balancer,
    ...above,
    of: "loadBalancer",
    metric: "HTTPCode_Target_5XX_Count",
    statistic: "Sum",
    threshold: [0, 50],
    within: 180,
  },
  {
    ...balancer,
    ...below,
    of: "targetGroup",
    metric: "HealthyHostCount",
    statistic: "Minimum",
    threshold: [2, 3],
    within: 180,
    silenceTells: true,
  },
  {
    ...balancer,
    ...above,
    of: "targetGroup",
    metric: "UnHealthyHostCount",
    statistic: "Maximum",
    threshold: [0, 0],
    within: 600,
  },
  {
    ...below,
    of: "healthCheck",
    namespace: "AWS/Route53",
    metric: "HealthCheckStatus",
    statistic: "Minimum",
    threshold: [1, 1],
    within: 120,
    silenceTells: true,
  },
  {
    ...below,
    of: "certificate",
    namespace: "AWS/CertificateManager",
    metric: "DaysToExpiry",
    statistic: "Minimum",
    threshold: [14, 45],
    within: 2 * 86400,
    silenceTells: true,
  },
  {
    ...above,
    of: "stack",
    namespace: "MiniXdr/Backups",
    metric: "NewestBackupAgeSeconds",
    statistic: "Maximum",
    threshold: [600, 93600],
    within: 1800,
    silenceTells: true,
  },
  {
    ...above,
    of: "stack",
    namespace: "MiniXdr/Backups",
    metric: "NewestBackupSeconds",
    statistic: "Maximum",
    threshold: [60, 7200],
    within: 1800,
    silenceTells: false,
  },
  ...["BackupsBelowPromise", "BackupsVanished", "BackupsRefused", "BackupsTaggedOutOfTurn"].map(
    (metric): ExpectedAlarm => ({
      ...above,
      of: "stack",
      namespace: "MiniXdr/Backups",
      metric,
      statistic: "Maximum",
      threshold: [0, 0],
      within: 1800,
      silenceTells: false,
    }),
  ),
  {
    ...above,
    of: "eventRule",
    namespace: "AWS/Events",
    metric: "TriggeredRules",
    statistic: "Sum",
    threshold: [0, 0],
    within: 300,
    silenceTells: false,
  },
  {
    ...above,
    ...copies,
    metric: "ReplicationLatency",
    statistic: "Maximum",
    threshold: [60, copyTime],
    within: 900,
  },
  {
    ...above,
    ...copies,
    metric: "OperationsFailedReplication",
    statistic: "Sum",
    threshold: [0, 0],
    within: 900,
  },
];

/** Longest age of the newest backup at which the enterprise tier is still told in time, seconds. */
export const oldestBackup = 3600;
