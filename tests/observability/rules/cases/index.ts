import { highErrorRate, slowResponseTime } from "./application";
import { lowCacheHitRate } from "./cache";
import { nodePoolAtLimit, volumeFilling } from "./capacity";
import type { Table } from "./case";
import { certificateAlmostExpired, certificateExpiring } from "./certificates";
import { databaseFailover, databaseReplicationLag } from "./database";
import { clusterLost, nodeLost, zoneLost } from "./losses";
import {
  databasePoolExhausted,
  pgBouncerClientsWaiting,
  pgBouncerDown,
  pgBouncerReplicaDown,
} from "./pooler";
import {
  databaseMemberSilent,
  poolerGoesByName,
  switchWithoutFailover,
  writerUnseen,
} from "./topology";
import { kubeStateMetricsDown, watchdog } from "./watching";
import {
  disruptionBudgetAtLimit,
  podCrashLooping,
  replicasBelowDesired,
  zoneImbalance,
} from "./workloads";

export * from "./case";

/** What is known of every alert. */
export const tables: Table[] = [
  highErrorRate,
  slowResponseTime,
  databaseReplicationLag,
  databaseFailover,
  databasePoolExhausted,
  pgBouncerClientsWaiting,
  pgBouncerDown,
  pgBouncerReplicaDown,
  poolerGoesByName,
  writerUnseen,
  databaseMemberSilent,
  switchWithoutFailover,
  lowCacheHitRate,
  podCrashLooping,
  replicasBelowDesired,
  disruptionBudgetAtLimit,
  zoneImbalance,
  nodePoolAtLimit,
  volumeFilling,
  clusterLost,
  zoneLost,
  nodeLost,
  certificateExpiring,
  certificateAlmostExpired,
  watchdog,
  kubeStateMetricsDown,
];
