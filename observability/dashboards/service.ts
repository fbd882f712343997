import { asked } from "../rules/selectors";
import type { Board } from "./dashboard";
import { limitOf } from "./limits";
import { bars, lines, stat, table } from "./panels";
import { app, errorShare, firing, quantile, rate, requests } from "./queries";

const durations = `http_request_duration_seconds_bucket{${asked}}`;
const hits = `sum(${rate(`cache_hits_total{${app}}`)})`;
const misses = `sum(${rate(`cache_misses_total{${app}}`)})`;
const failures = `(sum(${rate(`cache_errors_total{${app}}`)}) or vector(0))`;

/** What a pod uses of what its limits allow. */
const usedOf = (used: string, resource: "cpu" | "memory") =>
  `sum by (pod) (${used}) / max by (pod) (kube_pod_container_resource_limits{${app},container="backend",resource="${resource}"})`;

/** What users meet: rate, errors, duration and saturation of backend and frontend. */
export const service: Board = {
  name: "service",
  title: "Service",
  description: "Open it first when users complain or a page says that requests fail or are slow.",
  rows: [
    {
      title: "Now",
      panels: [
        stat({
          title: "Requests",
          description: "What users ask of backend and frontend; probes and scrapes are not in it.",
          queries: [{ expr: requests("job"), legend: "{{job}}" }],
          unit: "reqps",
          width: 6,
        }),
        stat({
          title: "Errors",
          description: "Share of the answers that were a 5xx, red where HighErrorRate begins.",
          queries: [{ expr: errorShare("job"), legend: "{{job}}" }],
          unit: "percentunit",
          limit: limitOf("HighErrorRate", 1),
          width: 6,
        }),
        stat({
          title: "95 % are quicker than",
          description: "One request in twenty takes longer; SlowResponseTime's limit colours it.",
          queries: [{ expr: quantile(0.95, durations, "job"), legend: "{{job}}" }],
          unit: "s",
          limit: limitOf("SlowResponseTime"),
          width: 6,
        }),
        table(
          {
            title: "Alerts that fire",
            description: "What somebody has been told of, with the severity that decides whom.",
            queries: [{ expr: `count by (alertname, severity) (${firing()})` }],
            none: "none",
            width: 6,
          },
          ["alertname", "severity"],
        ).height(4),
      ],
    },
    {
      title: "Rate and errors",
      panels: [
        lines({
          title: "Requests by route",
          description: "Which route the load is on.",
          queries: [{ expr: requests("endpoint"), legend: "{{endpoint}}" }],
          unit: "reqps",
        }),
        lines({
          title: "Answers by status",
          description: "What was answered; 499 is a client that left before its answer.",
          queries: [{ expr: requests("status"), legend: "{{status}}" }],
          unit: "reqps",
        }),
        lines({
          title: "Errors by route",
          description: "Share of each route's answers that were a 5xx.",
          queries: [{ expr: errorShare("endpoint"), legend: "{{endpoint}}" }],
          unit: "percentunit",
          limit: limitOf("HighErrorRate", 1),
        }),
      ],
    },
    {
      title: "Duration",
      panels: [
        lines({
          title: "Duration",
          description:
            "How long requests take, for the middle one, one in twenty and one in a hundred.",
          queries: [0.5, 0.95, 0.99].map((q) => ({
            expr: quantile(q, durations),
            legend: `${q * 100} %`,
          })),
          unit: "s",
          limit: limitOf("SlowResponseTime"),
          width: 12,
        }),
        lines({
          title: "Duration by route, 95 %",
          description: "Which route is slow.",
          queries: [{ expr: quantile(0.95, durations, "endpoint"), legend: "{{endpoint}}" }],
          unit: "s",
          limit: limitOf("SlowResponseTime"),
          width: 12,
        }),
      ],
    },
    {
      title: "Saturation of the backend",
      panels: [
        bars(
          {
            title: "Processor by pod",
            description: "What each pod uses of the processor that its limit allows.",
            queries: [
              {
                expr: usedOf(
                  rate(`container_cpu_usage_seconds_total{${app},container="backend"}`),
                  "cpu",
                ),
                legend: "{{pod}}",
              },
            ],
            unit: "percentunit",
            width: 6,
          },
          1,
        ),
        bars(
          {
            title: "Memory by pod",
            description: "What each pod uses of the memory at whose limit it is killed.",
            queries: [
              {
                expr: usedOf(
                  `container_memory_working_set_bytes{${app},container="backend"}`,
                  "memory",
                ),
                legend: "{{pod}}",
              },
            ],
            unit: "percentunit",
            width: 6,
          },
          1,
        ),
        lines({
          title: "Event loop, 99 %",
          description: "How late a pod gets to what waits in it: the earliest sign of overload.",
          queries: [
            {
              expr: `max by (pod) (nodejs_eventloop_lag_p99_seconds{${app},job="mini-xdr-backend"})`,
              legend: "{{pod}}",
            },
          ],
          unit: "s",
          width: 6,
        }),
        lines({
          title: "Refused to stay quick",
          description:
            "Requests that were answered 503 at once: too many in work (busy), or the loop behind (late).",
          queries: [
            {
              expr: `sum by (reason) (${rate(`requests_shed_total{${app}}`)})`,
              legend: "{{reason}}",
            },
          ],
          unit: "reqps",
          none: "none refused",
          width: 6,
        }),
      ],
    },
    {
      title: "What it leans on",
      panels: [
        lines({
          title: "Reads that the cache answers",
          description:
            "Share of the reads that spare the database; failures of the cache count as not answered.",
          queries: [{ expr: `${hits} / (${hits} + ${misses} + ${failures})`, legend: "answered" }],
          unit: "percentunit",
          limit: limitOf("LowCacheHitRate"),
          width: 6,
        }),
        lines({
          title: "Failures of database and cache",
          description:
            "Requests to another service that failed: why the mode is degraded or read-only.",
          queries: [
            {
              expr: `sum by (integration) (${rate(`integration_requests_total{${app},status="error"}`)})`,
              legend: "{{integration}}",
            },
          ],
          unit: "reqps",
          none: "no failure",
          width: 6,
        }),
        lines({
          title: "Pods and the autoscaler's limit",
          description: "Where both meet, no more help comes: raise the maximum.",
          queries: [
            {
              expr: `max by (horizontalpodautoscaler) (kube_horizontalpodautoscaler_status_current_replicas{${app}})`,
              legend: "{{horizontalpodautoscaler}}",
            },
            {
              expr: `max by (horizontalpodautoscaler) (kube_horizontalpodautoscaler_spec_max_replicas{${app}})`,
              legend: "{{horizontalpodautoscaler}} at most",
            },
          ],
          width: 6,
        }),
        lines({
          title: "Events stored",
          description:
            "What security products send, a second: the work that the platform is there for.",
          queries: [
            {
              expr: `sum by (source_type) (${rate(`events_ingested_total{${app}}`)})`,
              legend: "{{source_type}}",
            },
          ],
          width: 6,
        }),
      ],
    },
  ],
};
