import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from "prom-client";
import { severities } from "./events";

/** Products that get a label of their own; any other is "other". */
const knownSources = new Set([
  "AWS GuardDuty",
  "CrowdStrike Falcon",
  "Microsoft Defender",
  "Okta",
  "osquery",
  "Suricata",
  "T-Pot",
  "Wazuh",
  "Zeek",
]);
/** Organizations with a label of their own: the first so many that this process meets. */
const maxOrganizations = 50;
const methods = new Set(["GET", "HEAD", "POST", "PATCH", "PUT", "DELETE", "OPTIONS"]);

/** What Prometheus reads. Every label's values are bounded, whatever clients send. */
export class Metrics {
  readonly registry = new Registry();
  private readonly organizations = new Set<string>();
  private readonly requests = this.counter("http_requests_total", "Requests, by route.", [
    "method",
    "endpoint",
    "status",
  ]);
  private readonly durations = new Histogram({
    name: "http_request_duration_seconds",
    help: "From a request's head to the end of its answer.",
    labelNames: ["method", "endpoint"],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers: [this.registry],
  });
  private readonly incidents = this.counter("incidents_total", "Incidents made.", [
    "severity",
    "organization",
  ]);
  private readonly events = this.counter("events_ingested_total", "Events stored.", [
    "source_type",
    "organization",
  ]);
  private readonly active = this.gauge("active_incidents", "Incidents not resolved.", ["severity"]);
  private readonly connections = this.gauge(
    "db_connections_active",
    "Database connections that run a request.",
  );
  private readonly queries = new Histogram({
    name: "db_query_duration_seconds",
    help: "Transactions, the wait for a connection included.",
    labelNames: ["query_type"],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5],
    registers: [this.registry],
  });
  readonly cacheHits = this.counter("cache_hits_total", "Reads answered from the cache.");
  readonly cacheMisses = this.counter("cache_misses_total", "Reads answered from the database.");
  /** Neither hit nor miss: the shared cache did not answer. */
  private readonly cacheErrors = this.counter("cache_errors_total", "Failures of the cache.");
  private readonly integrations = this.counter(
    "integration_requests_total",
    "Requests to other services.",
    ["integration", "status"],
  );
  private readonly shed = this.counter("requests_shed_total", "Refused to stay quick.", ["reason"]);

  constructor() {
    collectDefaultMetrics({ register: this.registry });
    for (const severity of severities) this.active.set({ severity }, 0);
  }

  /** @param milliseconds absent for what has no meaningful duration, such as a stream */
  request(method: string, endpoint: string, status: number, milliseconds?: number): void {
    const labels = { method: methods.has(method) ? method : "other", endpoint };
    this.requests.inc({ ...labels, status: String(status) });
    if (milliseconds !== undefined) this.durations.observe(labels, milliseconds / 1000);
  }

  incident(severity: string, organization: string): void {
    this.incidents.inc({ severity, organization: this.organization(organization) });
  }

  /** @param source as {@link sourceOf} has it */
  stored(source: string, organization: string, number: number): void {
    const labels = { source_type: source, organization: this.organization(organization) };
    this.events.inc(labels, number);
  }

  query(type: string, status: "success" | "error", milliseconds: number): void {
    this.queries.observe({ query_type: type }, milliseconds / 1000);
    this.integrations.inc({ integration: "database", status });
  }

  cacheFailed(): void {
    this.cacheErrors.inc();
    this.integrations.inc({ integration: "cache", status: "error" });
  }

  refused(reason: string): void {
    this.shed.inc({ reason });
  }

  /** @param counts by severity; what is missing is none */
  setActiveIncidents(counts: Record<string, number>): void {
    for (const severity of severities) this.active.set({ severity }, counts[severity] ?? 0);
  }

  async text(connections: number): Promise<string> {
    this.connections.set(connections);
    return this.registry.metrics();
  }

  private organization(name: string): string {
    if (this.organizations.has(name)) return name;
    if (this.organizations.size >= maxOrganizations) return "other";
    this.organizations.add(name);
    return name;
  }

  private counter(name: string, help: string, labelNames: string[] = []) {
    return new Counter({ name, help, labelNames, registers: [this.registry] });
  }

  private gauge(name: string, help: string, labelNames: string[] = []) {
    return new Gauge({ name, help, labelNames, registers: [this.registry] });
  }
}

/** The label of a product. */
export function sourceOf(product: string): string {
  return knownSources.has(product) ? product : "other";
}
