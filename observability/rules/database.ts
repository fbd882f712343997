import type { RuleGroup } from "../rule";

/** Connections to the database that a pooler has, in use or not. */
const connections =
  "pgbouncer_pools_server_active_connections + pgbouncer_pools_server_idle_connections" +
  " + pgbouncer_pools_server_used_connections";

/**
 * The database as its clients see it. CPU, storage and connections of the servers are CloudWatch's
 * alarms, which also work without a cluster.
 */
export const database: RuleGroup = {
  name: "database",
  rules: [
    {
      alert: "DatabaseReplicationLag",
      // Infinite while the replica cannot be asked.
      expr: "max(minixdr_database_replication_lag_seconds) > 30",
      for: "2m",
      severity: "warning",
      summary: "The read replica is more than 30 s behind.",
      description:
        "It is {{ $value | humanizeDuration }} behind (+Inf: it cannot be asked). Reads go to the writer meanwhile.",
      runbook: "alerts.md#databasereplicationlag",
    },
    {
      alert: "DatabaseFailover",
      // Nothing in the cluster is told of a failover. Its mark: clients wait and no pooler has a connection.
      // A pooler that has just started makes its first connection within 5 s; no failover of AWS's is as short.
      expr:
        'max_over_time((max by (database) (pgbouncer_pools_client_maxwait_seconds{database="minixdr"}) > 5' +
        ` unless max by (database) (${connections}) > 0)[10m:15s])`,
      for: "0s",
      severity: "warning",
      summary: "The database's writer was away: it failed over, or it still does.",
      description:
        "Within the last ten minutes no pooler was connected to it, while a client waited for {{ $value | humanizeDuration }}.",
      runbook: "alerts.md#databasefailover",
    },
  ],
};
