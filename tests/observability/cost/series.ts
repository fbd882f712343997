/** A series of a target: what it has at a time is `from + rise × seconds`. */
export interface Series {
  metric: string;
  labels: Record<string, string>;
  from: number;
  /** A second; 0 for a gauge. */
  rise: number;
}

/** What Prometheus scrapes in one go. */
export interface Target {
  job: string;
  labels: Record<string, string>;
  series: Series[];
}

const list = (prefix: string, count: number) =>
  Array.from({ length: count }, (_, index) => `${prefix}${index + 1}`);
const counter = (metric: string, labels: Record<string, string>, rise: number): Series => ({
  metric,
  labels,
  from: 1000,
  rise,
});
const gauge = (metric: string, labels: Record<string, string>, from: number): Series => ({
  metric,
  labels,
  from,
  rise: 0,
});

function histogram(
  name: string,
  labels: Record<string, string>,
  bounds: (number | string)[],
  rise: number,
): Series[] {
  const all = [...bounds, "+Inf"];
  return [
    ...all.map((le, index) =>
      counter(`${name}_bucket`, { ...labels, le: bound(le) }, (rise * (index + 1)) / all.length),
    ),
    counter(`${name}_count`, labels, rise),
    counter(`${name}_sum`, labels, rise / 50),
  ];
}

/** As Prometheus 3 writes it. */
function bound(le: number | string): string {
  return typeof le === "number" && Number.isInteger(le) ? `${le}.0` : String(le);
}

const routes = [
  "/api/events",
  "/api/incidents",
  "/api/incidents/:id",
  "/api/state",
  "/events/stream",
]
  .concat("/api/stats", "/api/sources", "/health/serving", "/health/ready", "/metrics")
  .flatMap((endpoint) => ["GET", "POST"].map((method) => ({ endpoint, method })));
const quick = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const statuses = ["200", "201", "400", "404", "429", "500", "503"];
const zones = ["a", "b", "c"];
const nodes = list("node-", 6);

/** As `images/backend/metrics.ts` has it, each route having been answered in every way once. */
function web(service: string, pods: number, ways: typeof routes): Target[] {
  return list(`${service}-`, pods).map((pod) => ({
    job: `mini-xdr-${service}`,
    labels: { namespace: "mini-xdr", pod, service: `mini-xdr-${service}` },
    series: [
      gauge("process_start_time_seconds", {}, 1_790_000_000),
      counter("cache_hits_total", {}, 20),
      counter("cache_misses_total", {}, 2),
      counter("cache_errors_total", {}, 0),
      gauge("minixdr_database_replication_lag_seconds", {}, 0.1),
      ...ways.flatMap((way) => [
        ...statuses.map((status) => counter("http_requests_total", { ...way, status }, 0.2)),
        ...histogram("http_request_duration_seconds", way, quick, 1.4),
      ]),
    ],
  }));
}

/** What follows the topology beside each of them. */
function followers(): Target[] {
  return list("pgbouncer-", 3).map((pod) => ({
    job: "pgbouncer",
    labels: { namespace: "database", pod, service: "pgbouncer", endpoint: "topology" },
    series: [
      ...["by_name", "held", "timeline", "switches_total"].map((name) =>
        gauge(`minixdr_topology_${name}`, {}, 0),
      ),
      ...list("member-", 3).flatMap((member) =>
        ["writer", "answer_age_seconds"].map((name) =>
          gauge(`minixdr_topology_${name}`, { member }, 0),
        ),
      ),
    ],
  }));
}

function poolers(): Target[] {
  const gauges = ["client_active", "client_waiting", "server_active", "server_idle", "server_used"];
  return list("pgbouncer-", 3).map((pod) => ({
    job: "pgbouncer",
    labels: { namespace: "database", pod, service: "pgbouncer" },
    series: [
      gauge("pgbouncer_up", {}, 1),
      ...["minixdr", "minixdr_ro"].flatMap((database) => [
        ...gauges.map((name) =>
          gauge(`pgbouncer_pools_${name}_connections`, { database, user: "app" }, 3),
        ),
        gauge("pgbouncer_pools_client_maxwait_seconds", { database, user: "app" }, 0),
        gauge("pgbouncer_databases_pool_size", { database, name: database }, 25),
      ]),
    ],
  }));
}

interface Pod {
  namespace: string;
  pod: string;
  node: string;
  owner: string;
  container: string;
}

const pods: Pod[] = Object.entries({
  "mini-xdr/backend": 12,
  "mini-xdr/frontend": 6,
  "database/pgbouncer": 3,
  "database/database-backup-exporter": 3,
  "monitoring/prometheus": 3,
  "monitoring/alertmanager": 3,
  "monitoring/grafana": 3,
  "monitoring/kube-state-metrics": 1,
  "monitoring/node-exporter": 6,
  "kube-system/metrics-server": 3,
}).flatMap(([name, count]) => {
  const [namespace = "", container = ""] = name.split("/");
  return list(`${container}-5d4f-`, count).map((pod, index) => ({
    namespace,
    pod,
    node: nodes[index % nodes.length]!,
    owner: `${container}-5d4f`,
    container,
  }));
});

/** kube-state-metrics: what our rules and the chart's read most. */
function state(): Target {
  const flags = (metric: string, labels: Record<string, string>, label: string, values: string[]) =>
    values.map((value, index) => gauge(metric, { ...labels, [label]: value }, index === 0 ? 1 : 0));
  const ofPod = ({ namespace, pod, node, owner, container }: Pod) => [
    gauge(
      "kube_pod_info",
      { namespace, pod, node, created_by_kind: "ReplicaSet", created_by_name: owner },
      1,
    ),
    gauge("kube_pod_owner", { namespace, pod, owner_kind: "ReplicaSet", owner_name: owner }, 1),
    ...flags("kube_pod_status_ready", { namespace, pod }, "condition", [
      "true",
      "false",
      "unknown",
    ]),
    ...flags("kube_pod_status_phase", { namespace, pod }, "phase", [
      "Running",
      "Pending",
      "Failed",
      "Unknown",
      "Succeeded",
    ]),
    counter("kube_pod_container_status_restarts_total", { namespace, pod, container }, 0),
    ...["cpu", "memory"].flatMap((resource) =>
      ["requests", "limits"].map((kind) =>
        gauge(
          `kube_pod_container_resource_${kind}`,
          { namespace, pod, container, node, resource },
          1,
        ),
      ),
    ),
  ];
  const workloads = [...new Map(pods.map((pod) => [pod.owner, pod])).values()];
  return {
    job: "kube-state-metrics",
    labels: { instance: "state" },
    series: [
      ...pods.flatMap(ofPod),
      ...workloads.flatMap(({ namespace, owner, container }) => [
        gauge(
          "kube_replicaset_owner",
          { namespace, replicaset: owner, owner_kind: "Deployment", owner_name: container },
          1,
        ),
        ...[
          "spec_replicas",
          "status_replicas_available",
          "status_replicas_updated",
          "metadata_generation",
          "status_observed_generation",
        ].map((metric) =>
          gauge(`kube_deployment_${metric}`, { namespace, deployment: container }, 3),
        ),
        ...["desired_healthy", "current_healthy", "pod_disruptions_allowed", "expected_pods"].map(
          (metric) =>
            gauge(
              `kube_poddisruptionbudget_status_${metric}`,
              { namespace, poddisruptionbudget: container },
              3,
            ),
        ),
      ]),
      ...nodes.flatMap((node, index) => [
        gauge("kube_node_info", { node }, 1),
        gauge("kube_node_spec_unschedulable", { node }, 0),
        gauge(
          "kube_node_labels",
          { node, label_topology_kubernetes_io_zone: zones[index % 3]! },
          1,
        ),
        ...["Ready", "MemoryPressure", "DiskPressure", "PIDPressure"].flatMap((condition) =>
          flags("kube_node_status_condition", { node, condition }, "status", [
            "true",
            "false",
            "unknown",
          ]),
        ),
        ...["cpu", "memory", "pods"].map((resource) =>
          gauge("kube_node_status_allocatable", { node, resource }, 8),
        ),
      ]),
    ],
  };
}

/** Kubelets with their containers, and what node-exporter tells of each machine. */
function machines(): Target[] {
  const memory = ["working_set_bytes", "rss", "cache", "swap"];
  return nodes.flatMap((node): Target[] => [
    {
      job: "kubelet",
      labels: { node, instance: node, metrics_path: "/metrics/cadvisor" },
      series: pods
        .filter((pod) => pod.node === node)
        .flatMap(({ namespace, pod, container }) => [
          counter(
            "container_cpu_usage_seconds_total",
            { namespace, pod, container, image: "x" },
            0.1,
          ),
          counter("container_cpu_cfs_periods_total", { namespace, pod, container }, 10),
          counter("container_cpu_cfs_throttled_periods_total", { namespace, pod, container }, 0.1),
          ...memory.map((kind) =>
            gauge(`container_memory_${kind}`, { namespace, pod, container, image: "x" }, 1e8),
          ),
        ]),
    },
    {
      job: "node-exporter",
      labels: { instance: node, namespace: "monitoring" },
      series: [
        ...list("", 4).flatMap((cpu) =>
          ["idle", "user", "system", "iowait", "steal", "irq", "softirq", "nice"].map((mode) =>
            counter("node_cpu_seconds_total", { cpu, mode }, 0.1),
          ),
        ),
        ...["size_bytes", "avail_bytes", "files", "files_free", "readonly"].flatMap((kind) =>
          ["/", "/data"].map((mountpoint) =>
            gauge(
              `node_filesystem_${kind}`,
              { device: mountpoint, fstype: "xfs", mountpoint },
              1e9,
            ),
          ),
        ),
        ...["MemTotal", "MemAvailable", "MemFree", "Buffers", "Cached", "Slab"].map((kind) =>
          gauge(`node_memory_${kind}_bytes`, {}, 1e9),
        ),
        ...["receive", "transmit"].flatMap((way) =>
          ["bytes", "drop", "errs", "packets"].map((kind) =>
            counter(`node_network_${way}_${kind}_total`, { device: "eth0" }, 100),
          ),
        ),
      ],
    },
  ]);
}

/** The control plane's own histograms, which the chart's rules on it read over hours and days. */
function controlPlane(): Target[] {
  const bounds = [
    0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1, 1.25, 1.5, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 45, 60,
  ];
  const asked = ["LIST", "GET", "POST", "PUT", "PATCH", "DELETE"].flatMap((verb) =>
    list("resource-", 8).map((resource) => ({
      verb,
      resource,
      scope: verb === "LIST" ? "namespace" : "resource",
    })),
  );
  return ["a", "b"].map((instance) => ({
    job: "apiserver",
    labels: { instance },
    series: asked.flatMap((labels) => [
      ...["200", "404", "500"].map((code) =>
        counter("apiserver_request_total", { ...labels, code }, 0.5),
      ),
      ...histogram("apiserver_request_sli_duration_seconds", labels, bounds, 1.5),
    ]),
  }));
}

/** What a stack with twelve backends has, as far as rules read it: two addresses of the control plane, six nodes. */
export function stack(): Target[] {
  return [
    ...web("backend", 12, routes),
    ...web("frontend", 6, routes.slice(0, 4)),
    ...poolers(),
    ...followers(),
    state(),
    ...machines(),
    ...controlPlane(),
  ];
}

/** A target's series in Prometheus' text format so many seconds after its start; `own` labels are added. */
export function lines(
  target: Target,
  seconds: number,
  own: Record<string, string> = {},
  time = "",
): string {
  return target.series
    .map(({ metric, labels, from, rise }) => {
      const text = Object.entries({ ...labels, ...own }).map(
        ([label, value]) => `${label}="${value}"`,
      );
      return `${metric}{${text.join(",")}} ${from + rise * seconds}${time}\n`;
    })
    .join("");
}
