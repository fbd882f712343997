import { alertmanager, cloudWatch, follower, pooler, prometheus } from "./around";
import { backend, backup, chart, frontend } from "./application";
import { apiServer, kubelet, kubeStateMetrics, nodeExporter } from "./cluster";
import type { Exporter } from "./metric";

export type { Exporter, Metric } from "./metric";

/**
 * Every metric that a rule or a dashboard reads, by who serves it. A query that names anything else
 * is a mistake that Prometheus answers with silence; tests hold all queries to this, and this to the
 * exporters themselves.
 */
export const exporters: Exporter[] = [
  backend,
  frontend,
  pooler,
  follower,
  backup,
  kubeStateMetrics,
  nodeExporter,
  kubelet,
  apiServer,
  prometheus,
  alertmanager,
  cloudWatch,
  chart,
];
