import { counter, gauge, histogram, target, type Exporter } from "./metric";

const routes = ["/api/incidents", "/health/ready", "/metrics"];
const http = {
  // A target's own label `endpoint` would push the metric's aside, were it not for honorLabels.
  http_requests_total: counter(["method", "endpoint", "exported_endpoint", "status"], {
    endpoint: routes,
    exported_endpoint: routes,
    status: ["200", "503"],
  }),
  http_request_duration_seconds: histogram(["method", "endpoint", "exported_endpoint"], {
    endpoint: routes,
    exported_endpoint: routes,
    // Prometheus 3 stores it so; 2, and what tests feed in, as it is written.
    le: ["1.0", "1"],
  }),
  process_start_time_seconds: gauge([]),
};

export const backend: Exporter = {
  name: "backend",
  source: "images/backend/metrics.ts, images/backend/database/reads.ts, prom-client's own metrics",
  target: target({ job: ["mini-xdr-backend"], namespace: ["mini-xdr"] }),
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
  target: target({ job: ["mini-xdr-frontend"], namespace: ["mini-xdr"] }),
  metrics: http,
};

const ofJob = gauge(["job_name"]);

export const backup: Exporter = {
  name: "the backups' exporter",
  source: "images/backup/metrics.ts",
  target: target(),
  metrics: {
    minixdr_backup_count: gauge([]),
    minixdr_backup_job_duration_seconds: ofJob,
    minixdr_backup_job_failed: ofJob,
    minixdr_backup_job_last_run_age_seconds: ofJob,
    minixdr_backup_measured_rpo_seconds: gauge([]),
    minixdr_backup_measured_rto_seconds: gauge([]),
    minixdr_backup_newest_age_seconds: gauge([]),
    minixdr_backup_newest_bytes: gauge([]),
    minixdr_backup_newest_duration_seconds: gauge([]),
    minixdr_backup_size_ratio: gauge([]),
    minixdr_backup_verified_age_seconds: gauge([]),
  },
};

export const chart: Exporter = {
  name: "the chart observability, as a rule",
  source: "charts/observability/templates/certificates.yaml",
  target: { labels: [] },
  metrics: { minixdr_certificate_expiry_timestamp_seconds: gauge(["certificate"]) },
};
