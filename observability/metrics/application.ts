import { counter, gauge, histogram, target, type Exporter } from "./metric";

const routes = ["/api/incidents", "/health/ready", "/metrics"];
const http = {
  http_requests_total: counter(["method", "endpoint", "status"], {
    endpoint: routes,
    status: ["200", "503"],
  }),
  http_request_duration_seconds: histogram(["method", "endpoint"], {
    endpoint: routes,
    // Prometheus 3 stores it so; 2, and what tests feed in, as it is written.
    le: ["1.0", "1"],
  }),
  process_start_time_seconds: gauge([]),
};

/** Without honorLabels a target's label `endpoint` pushes the metric's own aside, to the other name. */
const ofPods = (job: string): Exporter["target"] => ({
  labels: [...target().labels, "exported_endpoint"],
  values: { job: [job], namespace: ["mini-xdr"], exported_endpoint: routes },
});

export const backend: Exporter = {
  name: "backend",
  source: "images/backend/metrics.ts, images/backend/database/reads.ts, prom-client's own metrics",
  target: ofPods("mini-xdr-backend"),
  metrics: {
    ...http,
    cache_errors_total: counter([]),
    cache_hits_total: counter([]),
    cache_misses_total: counter([]),
    db_connections_active: gauge([]),
    db_query_duration_seconds: histogram(["query_type"]),
    events_ingested_total: counter(["source_type", "organization"]),
    integration_requests_total: counter(["integration", "status"], {
      integration: ["database", "cache"],
      status: ["success", "error"],
    }),
    minixdr_database_replication_lag_seconds: gauge([]),
    nodejs_eventloop_lag_p99_seconds: gauge([]),
    requests_shed_total: counter(["reason"]),
  },
};

export const frontend: Exporter = {
  name: "frontend",
  source: "images/frontend/server/metrics.ts",
  target: ofPods("mini-xdr-frontend"),
  metrics: http,
};

const ofJob = gauge(["job_name"]);

export const backup: Exporter = {
  name: "the backups' exporter",
  source: "images/backup/metrics.ts, images/backup/evidence-figures.ts",
  target: target(),
  metrics: {
    minixdr_backup_below_promise: gauge([]),
    minixdr_backup_count: gauge([]),
    minixdr_backup_job_duration_seconds: ofJob,
    minixdr_backup_job_failed: ofJob,
    minixdr_backup_job_last_run_age_seconds: ofJob,
    minixdr_backup_lacking_tables: gauge([]),
    minixdr_backup_large_objects: gauge([]),
    minixdr_backup_measured_rpo_seconds: gauge([]),
    minixdr_backup_measured_rto_seconds: gauge([]),
    minixdr_backup_newest_age_seconds: gauge([]),
    minixdr_backup_newest_bytes: gauge([]),
    minixdr_backup_newest_duration_seconds: gauge([]),
    minixdr_backup_refused: gauge([]),
    minixdr_backup_settings_differ: gauge([]),
    minixdr_backup_size_ratio: gauge([]),
    minixdr_backup_tagged_out_of_turn: gauge([]),
    minixdr_backup_vanished: gauge([]),
    minixdr_backup_verified_age_seconds: gauge([]),
  },
};

export const chart: Exporter = {
  name: "the chart observability, as a rule",
  source: "charts/observability/templates/certificates.yaml",
  target: { labels: [] },
  metrics: { minixdr_certificate_expiry_timestamp_seconds: gauge(["certificate"]) },
};
