import type { ExpectedAlert } from "./alerts";

/**
 * Where a figure comes from: a ServiceMonitor, one port of it (`namespace/name#port`), a scrape of
 * kube-prometheus-stack, or a rule.
 */
export type Source =
  `${string}/${string}` | "kube-state-metrics" | "kubelet" | "apiserver" | "rule";

/** An alert of Prometheus, and the figures without which it is blind. */
export interface ByAlert {
  alert: string;
  severity: ExpectedAlert["severity"];
  /** Labels that tell it from its namesakes. */
  labels?: Record<string, string>;
  /** Metrics that it reads, each with where it comes from; none: it always fires. */
  figures: Record<string, Source>;
}

/** Alarms of CloudWatch on a metric of policies/declared/alarms. */
export interface ByAlarm {
  alarm: string;
  /** Where two services have a metric of that name. */
  namespace?: string;
}

/** What AWS itself says to a topic. */
export interface ByEvent {
  events: "database" | "cache";
  /** Of the database, the category. */
  category?: "failover" | "failure";
}

export type Way = ByAlert | ByAlarm | ByEvent;

/** What may happen, and every way by which somebody is told of it: each of them has to hold. */
export interface Fault {
  name: string;
  /** Of what only a stack with copies in another Region has. */
  ofCopies?: true;
  /** Of what only a stack has whose database is a Multi-AZ DB cluster. */
  ofClusters?: true;
  ways: Way[];
}

const backend = "mini-xdr/mini-xdr-backend";
const frontend = "mini-xdr/mini-xdr-frontend";
const pooler = "database/pgbouncer";
const follower = "database/pgbouncer#topology";
const backups = "database/database-backup";
const edge = "monitoring/edge-metrics";

type From = (alert: string, figures: ByAlert["figures"], labels?: ByAlert["labels"]) => ByAlert;
const page: From = (alert, figures, labels) => ({ alert, severity: "critical", figures, labels });
const message: From = (alert, figures, labels) => ({ alert, severity: "warning", figures, labels });
const alarm = (metric: string, namespace?: string): ByAlarm => ({ alarm: metric, namespace });

/** What a request's fate is read from: the load balancer's figures, or else the pods' own. */
const answers = (service: Source): ByAlert["figures"] => ({
  aws_applicationelb_request_count_sum: edge,
  http_requests_total: service,
});
const durations: ByAlert["figures"] = { http_request_duration_seconds_bucket: backend };
const api = { slo: "api-availability" };
const latency = { slo: "api-latency" };
const pages = { slo: "page-availability" };
const nodes: ByAlert["figures"] = { kube_node_status_condition: "kube-state-metrics" };
const ends: ByAlert["figures"] = { minixdr_certificate_expiry_timestamp_seconds: "rule" };
const newest: ByAlert["figures"] = { minixdr_backup_newest_age_seconds: backups };
/** It always fires: a dead man's switch acts when it stops. */
const beat: ByAlert = { alert: "Watchdog", severity: "none", figures: {} };

/** Every fault that somebody has to be told of. A test finds each alarm and alert in one of them. */
export const faults: Fault[] = [
  { name: "a zone is lost", ways: [page("ZoneLost", nodes)] },
  { name: "a node is lost", ways: [message("NodeLost", nodes)] },
  {
    name: "the cluster is lost",
    ways: [alarm("HealthyHostCount"), page("ClusterLost", { ...nodes, up: "apiserver" })],
  },
  {
    name: "all backends are gone",
    ways: [alarm("HealthyHostCount"), page("ServiceSilent", answers(backend), api)],
  },
  {
    name: "all frontends are gone",
    ways: [alarm("HealthyHostCount"), page("ServiceSilent", answers(frontend), pages)],
  },
  {
    name: "backends fail",
    ways: [
      alarm("HTTPCode_Target_5XX_Count"),
      page("HighErrorRate", { http_requests_total: backend }),
      page("ErrorBudgetBurn", answers(backend), api),
    ],
  },
  { name: "frontends fail", ways: [page("ErrorBudgetBurn", answers(frontend), pages)] },
  {
    name: "answers are slow",
    ways: [
      message("SlowResponseTime", durations),
      page("ErrorBudgetBurn", durations, latency),
      message("ErrorBudgetBurn", durations, latency),
    ],
  },
  {
    name: "the error budget leaks",
    ways: [
      message("ErrorBudgetBurn", answers(backend), api),
      message("ErrorBudgetBurn", answers(frontend), pages),
    ],
  },
  {
    name: "pods crash again and again",
    ways: [
      page("PodCrashLooping", { kube_pod_container_status_restarts_total: "kube-state-metrics" }),
    ],
  },
  {
    name: "pods are missing",
    ways: [
      message("ReplicasBelowDesired", {
        kube_deployment_status_replicas_available: "kube-state-metrics",
      }),
    ],
  },
  {
    name: "the next loss would hurt",
    ways: [
      message("DisruptionBudgetAtLimit", {
        kube_poddisruptionbudget_status_current_healthy: "kube-state-metrics",
      }),
      message("ZoneImbalance", { kube_pod_status_ready: "kube-state-metrics" }),
    ],
  },
  {
    name: "a target is unhealthy",
    ways: [alarm("UnHealthyHostCount")],
  },
  {
    name: "the load balancer has no healthy targets",
    ways: [alarm("HealthyHostCount")],
  },
  { name: "the load balancer fails", ways: [alarm("HTTPCode_ELB_5XX_Count")] },
  { name: "nobody gets in from outside", ways: [alarm("HealthCheckStatus")] },
  { name: "all poolers are gone", ways: [page("PgBouncerDown", { pgbouncer_up: pooler })] },
  { name: "a pooler is gone", ways: [message("PgBouncerReplicaDown", { pgbouncer_up: pooler })] },
  {
    name: "the pool is used up",
    ways: [
      page("DatabasePoolExhausted", { pgbouncer_pools_client_maxwait_seconds: pooler }),
      message("PgBouncerClientsWaiting", { pgbouncer_pools_client_maxwait_seconds: pooler }),
    ],
  },
  {
    name: "the writer failed over",
    ways: [
      { events: "database", category: "failover" },
      message("DatabaseFailover", { pgbouncer_pools_client_maxwait_seconds: pooler }),
    ],
  },
  {
    name: "a pooler goes by the writer's name",
    ofClusters: true,
    ways: [message("PoolerGoesByName", { minixdr_topology_by_name: follower, up: follower })],
  },
  {
    name: "nobody sees a writer",
    ofClusters: true,
    ways: [message("WriterUnseen", { minixdr_topology_writer: follower })],
  },
  {
    name: "a member of the database does not answer",
    ofClusters: true,
    ways: [message("DatabaseMemberSilent", { minixdr_topology_answer_age_seconds: follower })],
  },
  {
    name: "writes move without a failover",
    ofClusters: true,
    ways: [
      message("SwitchWithoutFailover", {
        minixdr_topology_switches_total: follower,
        minixdr_topology_timeline: follower,
      }),
    ],
  },
  {
    name: "the database is gone",
    ways: [{ events: "database", category: "failure" }, alarm("CPUUtilization")],
  },
  {
    name: "a replica is behind or gone",
    ways: [
      alarm("ReplicaLag"),
      message("DatabaseReplicationLag", { minixdr_database_replication_lag_seconds: backend }),
    ],
  },
  { name: "the database's disk fills", ways: [alarm("FreeStorageSpace")] },
  { name: "the database's connections run out", ways: [alarm("DatabaseConnections")] },
  { name: "the database's memory runs out", ways: [alarm("FreeableMemory", "AWS/RDS")] },
  { name: "transaction ids run out", ways: [alarm("MaximumUsedTransactionIDs")] },
  { name: "a burstable database is throttled or pays", ways: [alarm("CPUCreditBalance")] },
  {
    name: "a cache node is lost",
    ways: [{ events: "cache" }, alarm("MasterLinkHealthStatus")],
  },
  { name: "a cache replica is behind", ways: [alarm("ReplicationLag")] },
  { name: "the cache's memory runs out", ways: [alarm("FreeableMemory", "AWS/ElastiCache")] },
  {
    name: "the cache does not answer",
    ways: [message("LowCacheHitRate", { cache_hits_total: backend, cache_errors_total: backend })],
  },
  { name: "the edge's certificate ends", ways: [alarm("DaysToExpiry")] },
  {
    name: "an inner certificate ends",
    ways: [message("CertificateExpiring", ends), page("CertificateAlmostExpired", ends)],
  },
  {
    name: "no new backup is made",
    ways: [alarm("NewestBackupAgeSeconds"), page("BackupTooOld", newest)],
  },
  { name: "a dump takes too long", ways: [alarm("NewestBackupSeconds")] },
  {
    name: "the copies of backups are late or missing",
    ofCopies: true,
    ways: [alarm("ReplicationLatency"), alarm("OperationsFailedReplication")],
  },
  {
    name: "a backup fails",
    ways: [
      message("BackupJobFailed", { minixdr_backup_job_failed: backups }),
      message("BackupJobNeverReported", { kube_job_status_failed: "kube-state-metrics" }),
      message("BackupShrank", { minixdr_backup_size_ratio: backups }),
    ],
  },
  {
    name: "no backup is known to restore",
    ways: [
      message("BackupUnverified", { minixdr_backup_verified_age_seconds: backups }),
      message("BackupObjectiveMissed", {
        minixdr_backup_measured_rpo_seconds: backups,
        minixdr_backup_measured_rto_seconds: backups,
      }),
    ],
  },
  {
    name: "backups are lost or touched",
    ways: [
      page("BackupsBelowPromise", { minixdr_backup_below_promise: backups }),
      page("BackupVanished", { minixdr_backup_vanished: backups }),
      page("BackupTaggedOutOfTurn", { minixdr_backup_tagged_out_of_turn: backups }),
      message("BackupRefused", { minixdr_backup_refused: backups }),
      alarm("BackupsBelowPromise"),
      alarm("BackupsVanished"),
      alarm("BackupsTaggedOutOfTurn"),
      alarm("BackupsRefused"),
    ],
  },
  {
    name: "a dump lacks something",
    ways: [
      message("BackupLacksTables", { minixdr_backup_lacking_tables: backups }),
      message("BackupLacksLargeObjects", { minixdr_backup_large_objects: backups }),
      message("BackupSettingsDiffer", { minixdr_backup_settings_differ: backups }),
    ],
  },
  { name: "what protects the backups is changed", ways: [alarm("TriggeredRules")] },
  {
    name: "nobody reports on backups",
    ways: [alarm("NewestBackupAgeSeconds"), page("BackupMetricsAbsent", newest)],
  },
  {
    name: "a volume fills",
    ways: [message("VolumeFilling", { kubelet_volume_stats_available_bytes: "kubelet" })],
  },
  {
    name: "the node pool is at its limit",
    ways: [message("NodePoolAtLimit", { kube_pod_status_unschedulable: "kube-state-metrics" })],
  },
  {
    name: "nobody reports on pods and nodes",
    ways: [message("KubeStateMetricsDown", { up: "kube-state-metrics" })],
  },
  { name: "Prometheus or Alertmanager is gone", ways: [beat] },
];
