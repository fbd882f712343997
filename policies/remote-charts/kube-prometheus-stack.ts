import type { KubernetesObject } from "../model/kubernetes";
import { at, type Properties } from "../model/resource";
import { imagesWith, imageWith } from "./chart-image";
import { images } from "./kube-prometheus-stack-images";
import type { RemoteChart } from "./remote-chart";

export const kubePrometheusStack: RemoteChart = {
  chart: "kube-prometheus-stack",
  version: "88.5.3",
  images: (values) => imagesWith(values, Object.values(images)),
  objects: (values, release) => {
    const chart = "kube-prometheus-stack";
    const named = release.includes(chart) ? release : `${release}-${chart}`;
    const name = String(at(values, "fullnameOverride") ?? named);
    return [
      ...operated(values, "prometheus", `${name}-prometheus`, "prometheusSpec", "storageSpec"),
      ...operated(values, "alertmanager", `${name}-alertmanager`, "alertmanagerSpec", "storage"),
      ...grafana(values, release),
      ...kubeStateMetrics(values, release),
      ...operator(values, name, release),
    ];
  },
};

/** Prometheus and Alertmanager: custom resources from which the operator creates stateful sets. */
function operated(
  values: Properties,
  component: "prometheus" | "alertmanager",
  name: string,
  specKey: string,
  storageKey: string,
): KubernetesObject[] {
  if (at(values, `${component}.enabled`) === false) return [];
  const spec = at(values, `${component}.${specKey}`);
  const budget = at(values, `${component}.podDisruptionBudget`);
  const isPrometheus = component === "prometheus";
  return [
    {
      apiVersion: "monitoring.coreos.com/v1",
      kind: isPrometheus ? "Prometheus" : "Alertmanager",
      metadata: { name },
      spec: {
        replicas: at(spec, "replicas") ?? 1,
        affinity: { ...(at(spec, "affinity") as object), ...antiAffinity(component, name, spec) },
        topologySpreadConstraints: at(spec, "topologySpreadConstraints"),
        priorityClassName: at(spec, "priorityClassName"),
        resources: at(spec, "resources"),
        storage: at(spec, storageKey),
        ...(isPrometheus && {
          retention: at(spec, "retention") ?? "10d",
          alerting: alerting(values, name.replace(/prometheus$/, "alertmanager")),
        }),
        image: imageWith(values, images[component]),
      },
    },
    ...budgets(at(budget, "enabled") === true ? budget : undefined, name, {
      "app.kubernetes.io/name": component,
      [isPrometheus ? "operator.prometheus.io/name" : "alertmanager"]: name,
    }),
  ];
}

/** Services behind which Prometheus finds Alertmanagers, by default the release's own. */
function alerting(values: Properties, own: string) {
  const endpoints = at(values, "prometheus.prometheusSpec.alertingEndpoints");
  if (Array.isArray(endpoints) && endpoints.length > 0) return { alertmanagers: endpoints };
  const disabled =
    at(values, "prometheus.prometheusSpec.disableAlerting") === true ||
    at(values, "alertmanager.enabled") === false;
  return disabled ? undefined : { alertmanagers: [{ name: own }] };
}

function antiAffinity(component: string, name: string, spec: unknown) {
  if (at(spec, "podAntiAffinity") !== "hard") return {};
  const instance = component === "prometheus" ? "app.kubernetes.io/instance" : "alertmanager";
  return {
    podAntiAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: [
        {
          topologyKey: at(spec, "podAntiAffinityTopologyKey") ?? "kubernetes.io/hostname",
          labelSelector: {
            matchExpressions: [
              { key: "app.kubernetes.io/name", operator: "In", values: [component] },
              { key: instance, operator: "In", values: [name] },
            ],
          },
        },
      ],
    },
  };
}

function budgets(budget: unknown, name: string, labels: Properties): KubernetesObject[] {
  if (budget === undefined) return [];
  return [
    {
      apiVersion: "policy/v1",
      kind: "PodDisruptionBudget",
      metadata: { name },
      spec: {
        // The chart's own defaults, unlike Grafana's, allow the eviction of unhealthy pods.
        unhealthyPodEvictionPolicy: "AlwaysAllow",
        ...(budget as object),
        enabled: undefined,
        selector: { matchLabels: labels },
      },
    },
  ];
}

function grafana(values: Properties, release: string): KubernetesObject[] {
  if (at(values, "grafana.enabled") === false) return [];
  const own = at(values, "grafana");
  const labels = { "app.kubernetes.io/name": "grafana", "app.kubernetes.io/instance": release };
  const budget = at(own, "podDisruptionBudget");
  const probe = { httpGet: { path: "/api/health", port: "grafana" } };
  return [
    ...deployment(`${release}-grafana`, labels, own, "deploymentStrategy", {
      name: "grafana",
      image: imageWith(values, images.grafana),
      startupProbe: at(own, "startupProbe"),
      livenessProbe: {
        ...probe,
        initialDelaySeconds: 60,
        timeoutSeconds: 30,
        failureThreshold: 10,
        ...(at(own, "livenessProbe") as object),
      },
      readinessProbe: { ...probe, ...(at(own, "readinessProbe") as object) },
      lifecycle: at(own, "lifecycleHooks"),
    }),
    ...(budget === undefined
      ? []
      : budgets(
          { unhealthyPodEvictionPolicy: undefined, ...(budget as object) },
          `${release}-grafana`,
          labels,
        )),
  ];
}

function kubeStateMetrics(values: Properties, release: string): KubernetesObject[] {
  if (at(values, "kubeStateMetrics.enabled") === false) return [];
  const own = at(values, "kube-state-metrics");
  return deployment(
    `${release}-kube-state-metrics`,
    { "app.kubernetes.io/name": "kube-state-metrics", "app.kubernetes.io/instance": release },
    own,
    "updateStrategy",
    {
      name: "kube-state-metrics",
      image: imageWith(values, images.stateMetrics),
      startupProbe: at(own, "startupProbe.enabled") === true ? at(own, "startupProbe") : undefined,
      livenessProbe: probe("/livez", at(own, "livenessProbe")),
      readinessProbe: probe("/readyz", at(own, "readinessProbe")),
    },
  );
}

/** Always one replica: the chart has no value for it. */
function operator(values: Properties, name: string, release: string): KubernetesObject[] {
  if (at(values, "prometheusOperator.enabled") === false) return [];
  const own = at(values, "prometheusOperator");
  return deployment(
    `${name}-operator`,
    { app: "kube-prometheus-stack-operator", release },
    { ...(own as object), replicas: 1 },
    "strategy",
    {
      name: "kube-prometheus-stack",
      image: imageWith(values, images.operator),
      livenessProbe: probe("/healthz", at(own, "livenessProbe")),
      readinessProbe: probe("/healthz", at(own, "readinessProbe")),
    },
  );
}

function deployment(
  name: string,
  labels: Properties,
  values: unknown,
  strategyKey: string,
  container: Properties,
): KubernetesObject[] {
  return [
    {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name },
      spec: {
        replicas: at(values, "replicas") ?? 1,
        strategy: at(values, strategyKey),
        selector: { matchLabels: labels },
        template: {
          metadata: { labels },
          spec: {
            terminationGracePeriodSeconds: at(values, "terminationGracePeriodSeconds"),
            affinity: at(values, "affinity"),
            topologySpreadConstraints: at(values, "topologySpreadConstraints"),
            tolerations: at(values, "tolerations"),
            containers: [{ resources: at(values, "resources"), ...container }],
          },
        },
      },
    },
    { apiVersion: "v1", kind: "Service", metadata: { name }, spec: { selector: labels } },
  ];
}

/** Helm merges values into the chart's own. */
function probe(path: string, values: unknown): Properties {
  return { httpGet: { path }, periodSeconds: 10, failureThreshold: 3, ...(values as object) };
}
