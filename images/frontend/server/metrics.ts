import { collectDefaultMetrics, Counter, Histogram, Registry } from "prom-client";

/** The server's own figures, beside Node's. */
export class Metrics {
  readonly registry = new Registry();
  private readonly requests = new Counter({
    name: "http_requests_total",
    help: "Requests answered.",
    labelNames: ["method", "endpoint", "status"] as const,
    registers: [this.registry],
  });
  private readonly durations = new Histogram({
    name: "http_request_duration_seconds",
    help: "From a request's headers to the end of its answer.",
    labelNames: ["method", "endpoint"] as const,
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5],
    registers: [this.registry],
  });

  constructor() {
    collectDefaultMetrics({ register: this.registry });
  }

  /** Counts an answer. `endpoint` and `method` must be of a bounded set: each value is a series. */
  answered(method: string, endpoint: string, status: number, seconds: number): void {
    this.requests.inc({ method, endpoint, status });
    this.durations.observe({ method, endpoint }, seconds);
  }
}
