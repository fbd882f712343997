import type { RuleGroup } from "../rule";

/** Share of its pool that a pair of database and user has in use, on each pooler. */
export const busy =
  "pgbouncer_pools_server_active_connections / on (instance, database) group_left " +
  'label_replace(pgbouncer_databases_pool_size, "database", "$1", "name", "(.*)")';

/** PgBouncer, by its own exporter. */
export const pooler: RuleGroup = {
  name: "pooler",
  rules: [
    {
      alert: "DatabasePoolExhausted",
      // Waiting shows it better than connections. The reserve opens after 3 s, so 5 s mean that it is
      // used up too; without any busy connection the database is away, which is another fault.
      expr: `max by (database, user) (${busy} > 0.9 or ${busy} > 0 and pgbouncer_pools_client_maxwait_seconds > 5)`,
      for: "1m",
      severity: "critical",
      summary: "The pool {{ $labels.database }} of {{ $labels.user }} is used up.",
      description:
        "{{ $value | humanizePercentage }} of its connections are busy on the fullest pooler, or clients wait there for more than 5 s.",
      runbook: "alerts.md#databasepoolexhausted",
    },
    {
      alert: "PgBouncerClientsWaiting",
      expr: "max by (database, user) (pgbouncer_pools_client_maxwait_seconds) > 1",
      for: "5m",
      severity: "warning",
      summary: "Clients wait for a connection of the pool {{ $labels.database }}.",
      description: "The one that waits longest has waited for {{ $value | humanizeDuration }}.",
      runbook: "alerts.md#pgbouncerclientswaiting",
    },
    {
      alert: "PgBouncerDown",
      // Also when nobody reports: then the namespace, or the scrape of it, is gone.
      expr: "absent(pgbouncer_up == 1)",
      for: "1m",
      severity: "critical",
      summary: "No pooler answers: the application has no database.",
      description: "{{ $value }} of 1: not one pooler has answered its exporter for a minute.",
      runbook: "alerts.md#pgbouncerdown",
    },
    {
      alert: "PgBouncerReplicaDown",
      expr: "max by (namespace, pod) (pgbouncer_up) == 0",
      for: "2m",
      severity: "warning",
      summary: "The pooler {{ $labels.pod }} does not answer.",
      description: "Its exporter runs and reports pgbouncer_up {{ $value }}.",
      runbook: "alerts.md#pgbouncerreplicadown",
    },
  ],
};
