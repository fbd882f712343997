/** A value so many seconds after the beginning. */
export type Course = (seconds: number) => number;
type Labels = Record<string, string>;

/**
 * An invented hour of a cluster of three zones, by series: every metric that a dashboard reads, with
 * the labels that joins need, and from its middle on something wrong of every kind. It stands in for
 * exporters, whose real labels and values it cannot prove.
 */
export function world(): Map<string, Course> {
  const series = new Map<string, Course>();
  const add = (name: string, labels: Labels, course: Course) => {
    const pairs = Object.entries(labels).map(([label, value]) => `${label}="${value}"`);
    series.set(`${name}{${pairs.join(",")}}`, course);
  };
  // Two of them, as while one replaces another: what they tell must not count twice.
  const told = (name: string, labels: Labels, course: Course) =>
    ["a", "b"].forEach((instance) =>
      add(name, { job: "kube-state-metrics", instance, ...labels }, course),
    );
  for (const zone of ["a", "b", "c"]) {
    node(zone, add, told);
    backend(`mini-xdr-backend-${zone}`, add);
    pooler(`pgbouncer-${zone}`, add);
    pod("mini-xdr", `mini-xdr-backend-${zone}`, zone, told);
    pod("monitoring", `node-exporter-${zone}`, zone, told);
  }
  workloads(told);
  backups(add);
  watching(add);
  recorded(add);
  return series;
}

type Add = (name: string, labels: Labels, course: Course) => void;

/** Something that begins in the middle of the hour. */
const later =
  (value: number, before = 0): Course =>
  (t) =>
    t > 1800 ? value : before;
const always =
  (value: number): Course =>
  () =>
    value;
const counting =
  (rate: number): Course =>
  (t) =>
    rate * t;

function node(zone: string, add: Add, told: Add): void {
  const label_topology_kubernetes_io_zone = `eu-central-1${zone}`;
  told("kube_node_labels", { node: zone, label_topology_kubernetes_io_zone }, always(1));
  const status = later(zone === "c" ? 0 : 1, 1);
  told("kube_node_status_condition", { node: zone, condition: "Ready", status: "true" }, status);
  for (const [resource, size] of Object.entries({ cpu: 4, memory: 16e9 }))
    told("kube_node_status_allocatable", { node: zone, resource }, always(size));
  const target = { namespace: "monitoring", pod: `node-exporter-${zone}`, instance: zone };
  for (const cpu of ["0", "1"])
    add("node_cpu_seconds_total", { ...target, cpu, mode: "idle" }, counting(0.7));
  add("node_memory_MemTotal_bytes", target, always(16e9));
  add("node_memory_MemAvailable_bytes", target, (t) => 9e9 - 1e6 * t);
}

function pod(namespace: string, pod: string, node: string, told: Add): void {
  const of = { namespace, pod, uid: pod };
  told("kube_pod_info", { ...of, node, created_by_kind: "ReplicaSet" }, always(1));
  told("kube_pod_status_phase", { ...of, phase: "Running" }, always(1));
  const container = namespace === "mini-xdr" ? "backend" : "exporter";
  for (const [resource, size] of Object.entries({ cpu: 0.5, memory: 512 * 2 ** 20 }))
    for (const kind of ["limits", "requests"])
      told(
        `kube_pod_container_resource_${kind}`,
        { ...of, container, node, resource },
        always(size),
      );
  const restarts: Course = (t) => (pod.endsWith("b") ? Math.floor(t / 1200) : 0);
  told("kube_pod_container_status_restarts_total", { ...of, container }, restarts);
  const alone = later(pod.endsWith("c") ? 1 : 0);
  told("kube_pod_status_unschedulable", of, alone);
}

function backend(pod: string, add: Add): void {
  const target = { namespace: "mini-xdr", pod, job: "mini-xdr-backend" };
  const request = (endpoint: string, status: string, course: Course) =>
    add("http_requests_total", { ...target, method: "GET", endpoint, status }, course);
  request("/api/incidents", "200", counting(7));
  request("/api/events", "202", counting(16));
  request("/api/incidents", "503", (t) => Math.max(0, t - 1800));
  for (const [le, rate] of Object.entries({ "0.05": 4, "0.5": 6, "2.5": 7, "+Inf": 7 }))
    add(
      "http_request_duration_seconds_bucket",
      { ...target, method: "GET", endpoint: "/api/incidents", le },
      counting(rate),
    );
  for (const query_type of ["ingest", "read"]) {
    for (const [le, rate] of Object.entries({ "0.005": 8, "0.1": 9, "+Inf": 10 }))
      add("db_query_duration_seconds_bucket", { ...target, query_type, le }, counting(rate));
    add("db_query_duration_seconds_count", { ...target, query_type }, counting(10));
  }
  const own: Record<string, Course> = {
    cache_hits_total: counting(6),
    cache_misses_total: counting(1),
    cache_errors_total: counting(0),
    db_connections_active: (t) => 2 + (t % 300) / 100,
    nodejs_eventloop_lag_p99_seconds: always(0.012),
    // Away for ten minutes.
    minixdr_database_replication_lag_seconds: (t) => (t > 1800 && t < 2400 ? Infinity : 0.4),
  };
  for (const [name, course] of Object.entries(own)) add(name, target, course);
  add("requests_shed_total", { ...target, reason: "busy" }, (t) => Math.max(0, t - 1800));
  add("events_ingested_total", { ...target, source_type: "Suricata" }, counting(16));
  for (const integration of ["database", "cache"])
    add("integration_requests_total", { ...target, integration, status: "error" }, counting(0.1));
  const container = { ...target, container: "backend" };
  add("container_cpu_usage_seconds_total", container, counting(0.3));
  add("container_memory_working_set_bytes", container, (t) => 2e8 + 1e4 * t);
}

function pooler(pod: string, add: Add): void {
  const target = { namespace: "database", pod, instance: `${pod}:9127` };
  add("pgbouncer_up", target, always(1));
  for (const database of ["minixdr", "minixdr_ro"]) {
    add(
      "pgbouncer_databases_pool_size",
      { ...target, name: database, database: "minixdr" },
      () => 25,
    );
    const totals = {
      sql_transactions_pooled: 300,
      server_in_transaction_seconds: 2,
      client_wait_seconds: 0.1,
    };
    for (const [name, rate] of Object.entries(totals))
      add(`pgbouncer_stats_totals_${name}_total`, { ...target, database }, counting(rate));
    const pools: Record<string, Course> = {
      client_active_connections: always(20),
      client_waiting_connections: later(3),
      client_maxwait_seconds: later(1.4),
      server_active_connections: (t) => 10 + (t % 600) / 60,
      server_idle_connections: always(4),
      server_used_connections: always(1),
    };
    for (const [name, course] of Object.entries(pools))
      add(`pgbouncer_pools_${name}`, { ...target, database, user: "minixdr_app" }, course);
  }
  follower(pod, add);
}

/** The writer moves from one instance to the next. */
function follower(pod: string, add: Add): void {
  const target = { namespace: "database", pod, instance: `${pod}:9128` };
  const writers: Record<string, Course> = { one: later(0, 1), two: later(1), three: always(0) };
  for (const [member, course] of Object.entries(writers)) {
    add("minixdr_topology_writer", { ...target, member }, course);
    add("minixdr_topology_answer_age_seconds", { ...target, member }, always(0.1));
  }
  for (const name of ["held", "by_name"]) add(`minixdr_topology_${name}`, target, always(0));
}

function workloads(told: Add): void {
  const deployment = { namespace: "mini-xdr", deployment: "mini-xdr-backend" };
  told("kube_deployment_spec_replicas", deployment, always(3));
  told("kube_deployment_status_replicas_available", deployment, later(2, 3));
  const statefulset = { namespace: "monitoring", statefulset: "prometheus" };
  told("kube_statefulset_replicas", statefulset, always(3));
  told("kube_statefulset_status_replicas_available", statefulset, later(2, 3));
  const budget = { namespace: "mini-xdr", poddisruptionbudget: "mini-xdr-backend" };
  told("kube_poddisruptionbudget_status_pod_disruptions_allowed", budget, later(0, 1));
  const autoscaler = { namespace: "mini-xdr", horizontalpodautoscaler: "mini-xdr-backend" };
  told("kube_horizontalpodautoscaler_status_current_replicas", autoscaler, later(6, 3));
  told("kube_horizontalpodautoscaler_spec_max_replicas", autoscaler, always(12));
}

function backups(add: Add): void {
  const figures: Record<string, Course> = {
    count: always(30),
    measured_rpo_seconds: always(900),
    measured_rto_seconds: always(1500),
    newest_age_seconds: (t) => t % 2400,
    newest_bytes: always(3.2e9),
    newest_duration_seconds: always(240),
    size_ratio: always(1.01),
    verified_age_seconds: (t) => 86_400 + t,
  };
  for (const [name, course] of Object.entries(figures)) add(`minixdr_backup_${name}`, {}, course);
  for (const job_name of ["dump", "verify"]) {
    add("minixdr_backup_job_failed", { job_name }, later(job_name === "verify" ? 1 : 0));
    add("minixdr_backup_job_last_run_age_seconds", { job_name }, (t) => t);
    add("minixdr_backup_job_duration_seconds", { job_name }, always(300));
  }
}

function watching(add: Add): void {
  const firing = { alertstate: "firing", severity: "critical" };
  for (const alertname of ["HighErrorRate", "BackupTooOld"])
    add("ALERTS", { alertname, ...firing }, always(1));
  add("up", { job: "mini-xdr-frontend", instance: "a" }, later(0, 1));
  add("alertmanager_notifications_failed_total", { integration: "slack" }, counting(0.01));
  add("apiserver_request_total", { code: "200" }, counting(30));
  add("apiserver_request_total", { code: "503" }, counting(0.2));
  add("minixdr_certificate_expiry_timestamp_seconds", { certificate: "pgbouncer" }, () => 2e9);
  const volume = { namespace: "monitoring", persistentvolumeclaim: "prometheus-0" };
  add("kubelet_volume_stats_available_bytes", volume, (t) => 4e9 - 1e6 * t);
  add("kubelet_volume_stats_capacity_bytes", volume, always(2e10));
}

/** What rules would have recorded. */
function recorded(add: Add): void {
  for (const zone of ["a", "b", "c"])
    add(
      "namespace_workload_zone:kube_pod_ready:count",
      {
        namespace: "mini-xdr",
        workload: "mini-xdr-backend",
        label_topology_kubernetes_io_zone: `eu-central-1${zone}`,
      },
      later(zone === "c" ? 0 : 1, 1),
    );
  for (const slo of ["api-availability", "api-latency", "page-availability"]) {
    const events = (outcome: string, course: Course) =>
      add("slo:events:sum30s", { slo, outcome, source: "backend" }, course);
    events("all", always(700));
    events("bad", later(30));
    add("slo:bad:ratio1h", { slo }, later(0.04));
    add("slo:bad:ratio3d", { slo }, later(0.002));
    add("slo:bad:ratio30d", { slo }, later(0.0004));
    add("slo:objective:ratio", { slo }, always(0.999));
    add("slo:budget:remaining", { slo }, later(0.6, 1));
  }
}

/** Series of so many minutes up to now, a value every 30 s, in OpenMetrics. */
export function openMetrics(series: Map<string, Course>, minutes: number): string {
  const start = Math.floor(Date.now() / 1000) - minutes * 60;
  const lines = [...series].flatMap(([name, course]) =>
    Array.from({ length: minutes * 2 + 1 }, (_, index) => {
      const value = course(index * 30);
      return `${name} ${value === Infinity ? "+Inf" : value} ${start + index * 30}`;
    }),
  );
  return `${lines.join("\n")}\n# EOF\n`;
}
