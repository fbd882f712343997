/** A counter's or gauge's course: its value a number of seconds after the beginning. */
type Course = (seconds: number) => number;

/** What Prometheus is given: type and series of each metric family, by name. */
export type Past = Record<
  string,
  { type: "counter" | "gauge" | "histogram"; series: Record<string, Course> }
>;

/** The past of so many minutes up to now, a value every 30 s, in OpenMetrics. */
export function openMetrics(past: Past, minutes: number): string {
  const end = Math.floor(Date.now() / 1000);
  const start = end - minutes * 60;
  const lines = Object.entries(past).flatMap(([family, { type, series }]) => [
    `# TYPE ${family} ${type}`,
    ...Object.entries(series).flatMap(([name, course]) =>
      Array.from({ length: minutes * 2 + 1 }, (_, index) => {
        return `${name} ${number(course(index * 30))} ${start + index * 30}`;
      }),
    ),
  ]);
  return `${lines.join("\n")}\n# EOF\n`;
}

const labels = (pairs: Record<string, string>) =>
  `{${Object.entries(pairs)
    .map(([label, value]) => `${label}="${value}"`)
    .join(",")}}`;

const target = { namespace: "mini-xdr", job: "mini-xdr-backend", pod: "mini-xdr-backend-a" };
const requests = (endpoint: string, status: string) =>
  `http_requests_total${labels({ ...target, method: "GET", endpoint, status })}`;
const bucket = (le: string) =>
  `http_request_duration_seconds_bucket${labels({ ...target, method: "GET", endpoint: "/api/incidents", le })}`;
const pool = (metric: string) =>
  `pgbouncer_${metric}${labels({ namespace: "database", pod: "pgbouncer-a", instance: "a:9127", database: "minixdr", user: "minixdr_app" })}`;

/** An hour of a backend and a pooler, invented: enough to draw a panel of each kind. */
export const sample: Past = {
  http_requests: {
    type: "counter",
    series: {
      [requests("/api/incidents", "200")]: (t) => 20 * t,
      [requests("/api/events", "202")]: (t) => 50 * t,
      // One in ten from the half hour on.
      [requests("/api/incidents", "503")]: (t) => 2 * Math.max(0, t - 1800),
    },
  },
  http_request_duration_seconds: {
    type: "histogram",
    series: {
      [bucket("0.05")]: (t) => 12 * t,
      [bucket("0.5")]: (t) => 19 * t,
      [bucket("2.5")]: (t) => 20 * t,
      [bucket("+Inf")]: (t) => 20 * t,
    },
  },
  ALERTS: {
    type: "gauge",
    series: {
      [`ALERTS${labels({ alertname: "HighErrorRate", alertstate: "firing", severity: "critical" })}`]:
        () => 1,
    },
  },
  container_memory_working_set_bytes: {
    type: "gauge",
    series: {
      [`container_memory_working_set_bytes${labels({ ...target, container: "backend" })}`]: (t) =>
        2e8 + 1e4 * t,
    },
  },
  kube_pod_container_resource_limits: {
    type: "gauge",
    series: {
      [`kube_pod_container_resource_limits${labels({ ...target, container: "backend", resource: "memory" })}`]:
        () => 512 * 2 ** 20,
    },
  },
  pgbouncer_pools_server_active_connections: {
    type: "gauge",
    series: { [pool("pools_server_active_connections")]: (t) => 10 + (t % 600) / 60 },
  },
  pgbouncer_databases_pool_size: {
    type: "gauge",
    series: {
      [`pgbouncer_databases_pool_size${labels({ namespace: "database", pod: "pgbouncer-a", instance: "a:9127", name: "minixdr", database: "minixdr" })}`]:
        () => 25,
    },
  },
  minixdr_database_replication_lag_seconds: {
    type: "gauge",
    series: {
      // Away for ten minutes.
      [`minixdr_database_replication_lag_seconds${labels(target)}`]: (t) =>
        t > 1800 && t < 2400 ? Infinity : 0.4,
    },
  },
};

const number = (value: number) => (value === Infinity ? "+Inf" : String(value));
