import type { ChartImage } from "./chart-image";

const quay = { registry: "quay.io", digest: ["sha", "sha256:"] } satisfies Partial<ChartImage>;
const operatorTag = "v0.93.1";

/** What its pods run, the subcharts' among them, by its own defaults. */
export const images = {
  prometheus: {
    ...quay,
    path: "prometheus.prometheusSpec.image",
    repository: "prometheus/prometheus",
    tag: "v3.14.0-distroless",
    unless: "prometheus.enabled",
  },
  alertmanager: {
    ...quay,
    path: "alertmanager.alertmanagerSpec.image",
    repository: "prometheus/alertmanager",
    tag: "v0.34.0",
    unless: "alertmanager.enabled",
  },
  operator: {
    ...quay,
    path: "prometheusOperator.image",
    repository: "prometheus-operator/prometheus-operator",
    tag: operatorTag,
    unless: "prometheusOperator.enabled",
  },
  // The operator is told of it by an argument, and writes it into its pods.
  reloader: {
    ...quay,
    path: "prometheusOperator.prometheusConfigReloader.image",
    repository: "prometheus-operator/prometheus-config-reloader",
    tag: operatorTag,
    unless: "prometheusOperator.enabled",
  },
  webhooks: {
    path: "prometheusOperator.admissionWebhooks.patch.image",
    registry: "ghcr.io",
    repository: "jkroepke/kube-webhook-certgen",
    tag: "1.8.7",
    digest: ["sha", "sha256:"],
    unless: "prometheusOperator.admissionWebhooks.patch.enabled",
  },
  stateMetrics: {
    path: "kube-state-metrics.image",
    registry: "registry.k8s.io",
    repository: "kube-state-metrics/kube-state-metrics",
    tag: "v2.20.0",
    digest: ["sha", ""],
    unless: "kubeStateMetrics.enabled",
  },
  nodeExporter: {
    path: "prometheus-node-exporter.image",
    registry: "quay.io",
    repository: "prometheus/node-exporter",
    tag: "v1.12.1",
    digest: ["digest", ""],
    variant: "distroless",
    unless: "nodeExporter.enabled",
  },
  grafana: {
    path: "grafana.image",
    registry: "docker.io",
    repository: "grafana/grafana",
    tag: "13.2.0",
    digest: ["sha", "sha256:"],
    unless: "grafana.enabled",
  },
  sidecars: {
    ...quay,
    path: "grafana.sidecar.image",
    repository: "kiwigrid/k8s-sidecar",
    tag: "2.10.1",
    unless: "grafana.enabled",
  },
  grafanaTest: {
    path: "grafana.testFramework.image",
    registry: "docker.io",
    repository: "bats/bats",
    tag: "1.14.0",
    unless: "grafana.testFramework.enabled",
  },
} satisfies Record<string, ChartImage>;
