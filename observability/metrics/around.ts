import { counter, gauge, target, type Exporter } from "./metric";

const ofPool = gauge(["database", "user"]);
const ofDatabase = counter(["database"], { database: ["minixdr", "minixdr_ro"] });

export const pooler: Exporter = {
  name: "pgbouncer_exporter 0.12.1",
  source: "its collector.go",
  target: target(),
  metrics: {
    pgbouncer_databases_pool_size: gauge([
      "name",
      "host",
      "port",
      "database",
      "force_user",
      "pool_mode",
    ]),
    pgbouncer_pools_client_active_connections: ofPool,
    pgbouncer_pools_client_maxwait_seconds: gauge(["database", "user"], { database: ["minixdr"] }),
    pgbouncer_pools_client_waiting_connections: ofPool,
    pgbouncer_pools_server_active_connections: ofPool,
    pgbouncer_pools_server_idle_connections: ofPool,
    pgbouncer_pools_server_used_connections: ofPool,
    pgbouncer_stats_totals_client_wait_seconds_total: ofDatabase,
    pgbouncer_stats_totals_server_in_transaction_seconds_total: ofDatabase,
    pgbouncer_stats_totals_sql_transactions_pooled_total: ofDatabase,
    pgbouncer_up: gauge([]),
  },
};

export const follower: Exporter = {
  name: "the pooler's sidecar",
  source: "images/pooler/metrics.ts",
  target: target(),
  metrics: {
    minixdr_topology_answer_age_seconds: gauge(["member"]),
    minixdr_topology_by_name: gauge([]),
    minixdr_topology_held: gauge([]),
    minixdr_topology_switches_total: counter([]),
    minixdr_topology_timeline: gauge([]),
    minixdr_topology_writer: gauge(["member"]),
  },
};

const ofBalancer = {
  dimension_LoadBalancer: ["app/mini-xdr-prod/50dc6c495c0c9188"],
  // Empty for a figure of all zones.
  dimension_AvailabilityZone: ["", "eu-central-1a"],
  dimension_TargetGroup: [
    "",
    "targetgroup/mini-xdr-prod-backend/73e2d6bc24d8a067",
    "targetgroup/mini-xdr-prod-frontend/73e2d6bc24d8a067",
  ],
};
const ofEdge = gauge(["name", "region", "account_id", ...Object.keys(ofBalancer)], ofBalancer);

export const cloudWatch: Exporter = {
  name: "yet-another-cloudwatch-exporter 0.67.0",
  source: "its pkg/promutil/migrate.go, labels not in snake case",
  target: target(),
  metrics: {
    aws_applicationelb_httpcode_elb_5_xx_count_sum: ofEdge,
    aws_applicationelb_httpcode_target_5_xx_count_sum: ofEdge,
    aws_applicationelb_request_count_sum: ofEdge,
  },
};

export const prometheus: Exporter = {
  name: "Prometheus 3.14",
  source: "its scrape/scrape.go and rules/alerting.go",
  target: { labels: [] },
  metrics: {
    // Beside these, the labels of each alert; its names are those of the rules.
    ALERTS: gauge(["alertname", "alertstate", "severity"], {
      alertstate: ["pending", "firing"],
      severity: ["critical", "warning", "none"],
    }),
    up: gauge(target().labels, {
      job: ["kube-state-metrics", "apiserver", "mini-xdr-backend", "mini-xdr-frontend"],
      endpoint: ["topology"],
    }),
  },
};

export const alertmanager: Exporter = {
  name: "Alertmanager 0.34",
  source: "its notify/metrics.go",
  target: target(),
  metrics: {
    alertmanager_notifications_failed_total: counter(["integration", "reason"]),
  },
};
