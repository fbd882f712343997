import type { Tier } from "../model/settings";
import { recoveryPoint, recoveryTime } from "./recovery";

/** How a figure is compared with a number. */
export type Comparison = ">" | ">=" | "<" | "<=";

/**
 * The last number at which an alert still tells: the highest after `>`, the lowest after `<`. Behind
 * `unless` a comparison silences, so there it is the lowest after `>`, the highest after `<`.
 */
export type Limits = Partial<
  Record<Comparison | `unless ${Comparison}`, number | Record<Tier, number>>
>;

const day = 86_400;

/** By alert; one that is not here compares with 0 or 1 by `==`, or with nothing. */
export const limits: Record<string, Limits> = {
  HighErrorRate: { ">": 0.1, ">=": 20, "unless >=": 0.98 },
  // The fastest burn of Google's SRE workbook, 14.4 times the budget of the tier's objective.
  ErrorBudgetBurn: { ">": { starter: 0.144, pro: 0.072, enterprise: 0.0144 } },
  ServiceSilent: { ">=": 3 },
  SlowResponseTime: { ">": 2 },
  LowCacheHitRate: { ">": 5, "<": 0.5 },
  DatabaseFailover: { ">": 10, "unless >": 0 },
  DatabaseReplicationLag: { ">": 60 },
  DatabasePoolExhausted: { ">": 10 },
  PgBouncerClientsWaiting: { ">": 5 },
  DatabaseMemberSilent: { ">": 120 },
  SwitchWithoutFailover: { ">": 0 },
  PodCrashLooping: { ">": 3 },
  ReplicasBelowDesired: { ">": 0 },
  DisruptionBudgetAtLimit: { ">": 0 },
  ZoneImbalance: { ">": 2 },
  VolumeFilling: { "<": 0.05 },
  ClusterLost: { "<": 0.5 },
  CertificateExpiring: { "<": 14 * day },
  CertificateAlmostExpired: { "<": 2 * day },
  BackupTooOld: { ">": recoveryPoint },
  BackupUnverified: { ">": 10 * day },
  BackupJobNeverReported: { ">": 0 },
  BackupShrank: { "<": 0.25 },
  // Counts of what should not be there at all.
  BackupsBelowPromise: { ">": 0 },
  BackupVanished: { ">": 0 },
  BackupTaggedOutOfTurn: { ">": 0 },
  BackupRefused: { ">": 0 },
  BackupLacksTables: { ">": 0 },
  BackupLacksLargeObjects: { ">": 0 },
  BackupSettingsDiffer: { ">": 0 },
  BackupObjectiveMissed: {
    ">": { ...recoveryPoint, enterprise: Math.max(recoveryPoint.enterprise, recoveryTime) },
  },
};
