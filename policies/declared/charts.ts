import { equals, matches } from "../model/expectation";
import {
  by,
  document,
  each,
  fixed,
  free,
  judged,
  only,
  tuning,
  type Declaration,
  type Fields,
} from "./declaration";

/*
 * The values of charts that are not in this repository. Those that the chart's map reads are judged by
 * what the map makes of them; a value that it does not read is declared here, or nobody would see it.
 */

const mapped = (...rules: string[]): Declaration => judged(...rules);

const tolerations = each({
  key: mapped("lost-node"),
  effect: mapped("lost-node"),
  operator: fixed("Exists"),
  tolerationSeconds: mapped("lost-node"),
});
const quantities = { cpu: mapped("resources"), memory: mapped("resources") };
const resources = { requests: quantities, limits: quantities };
const spreading = each({
  topologyKey: mapped("zone-spread"),
  maxSkew: mapped("zone-spread"),
  whenUnsatisfiable: mapped("zone-spread"),
  nodeTaintsPolicy: mapped("zone-spread"),
  labelSelector: { matchLabels: each(mapped("zone-spread")) },
});
const affinity = {
  podAntiAffinity: {
    requiredDuringSchedulingIgnoredDuringExecution: each({
      topologyKey: mapped("host-anti-affinity"),
      labelSelector: { matchLabels: each(mapped("host-anti-affinity")) },
    }),
  },
};
const rollout = {
  type: mapped("rolling-update"),
  rollingUpdate: {
    maxSurge: mapped("rolling-update"),
    maxUnavailable: mapped("rolling-update"),
  },
};
const budget = {
  enabled: mapped("disruption-budget"),
  minAvailable: mapped("disruption-budget"),
  maxUnavailable: mapped("disruption-budget"),
  unhealthyPodEvictionPolicy: mapped("unhealthy-pods-evicted"),
};
const probe = {
  httpGet: { path: fixed("/api/health"), port: fixed("grafana") },
  periodSeconds: mapped("probes"),
  failureThreshold: mapped("probes"),
};
const volume = {
  volumeClaimTemplate: {
    spec: {
      accessModes: fixed("ReadWriteOnce"),
      storageClassName: mapped("kept-volume"),
      resources: { requests: { storage: mapped("kept-volume") } },
    },
  },
};
const off = { enabled: fixed(false) };
/** An image; what the chart makes of it is judged, absent values too. */
const image = {
  repository: mapped("chart-images"),
  tag: mapped("chart-images"),
  sha: mapped("chart-images"),
};
const everything = only(equals(false), "monitors and rules of the other releases go unread");

/** What Prometheus and Alertmanager share. */
const operated: Fields = {
  image,
  podAntiAffinity: mapped("host-anti-affinity"),
  podAntiAffinityTopologyKey: mapped("host-anti-affinity"),
  priorityClassName: mapped("priorities"),
  replicas: mapped("replicas"),
  resources,
  topologySpreadConstraints: spreading,
};

const seconds = (name: string) =>
  by("name", {
    [name]: {
      name: judged("declared-properties"),
      value: only(
        matches(/^([5-9]|[1-5]\d)s$/, "5 to 59 s"),
        "an alert is believed, or told, too late",
      ),
    },
  });

/** Alerts of kube-prometheus-stack that an alert of ours doubles. */
const told = [
  "AlertmanagerClusterCrashlooping",
  "KubeContainerWaiting",
  "KubeCPUOvercommit",
  "KubeDeploymentReplicasMismatch",
  "KubeMemoryOvercommit",
  "KubeNodeNotReady",
  "KubeNodeUnreachable",
  "KubePdbNotEnoughHealthyPods",
  "KubePersistentVolumeFillingUp",
  "KubePodCrashLooping",
  "KubePodNotReady",
  "KubeStatefulSetReplicasMismatch",
  "Watchdog",
];
/** Those that may be read in working hours. */
const unnoticed = [
  "KubeAPIErrorBudgetBurn",
  "KubeClientCertificateExpiration",
  "KubeStateMetricsListErrors",
  "KubeStateMetricsWatchErrors",
];
const toEach = (names: string[], declared: Declaration): Fields =>
  Object.fromEntries(names.map((name) => [name, declared]));

const singleton = { livenessProbe: probe, readinessProbe: probe, tolerations, resources };

/** Every value that may be given, by chart. A chart of this repository is judged by its objects. */
export const chartValues: Record<string, Fields> = {
  "prometheus-operator-crds": {},
  "metrics-server": {
    affinity,
    image: { repository: image.repository, tag: image.tag },
    livenessProbe: probe,
    podDisruptionBudget: budget,
    replicas: mapped("replicas"),
    resources,
    tolerations,
    topologySpreadConstraints: spreading,
    updateStrategy: rollout,
  },
  "kube-prometheus-stack": {
    fullnameOverride: fixed("kube-prometheus-stack"),
    crds: off,
    global: { imageRegistry: mapped("chart-images") },
    coreDns: off,
    kubeControllerManager: off,
    kubeEtcd: off,
    kubeProxy: off,
    kubeScheduler: off,
    // One fault is one page: these tell what one of ours tells. No other may be switched off.
    defaultRules: { disabled: toEach(told, fixed(true)) },
    // AWS's control plane is AWS's to mend, and users do not notice these. No other may be lowered.
    customRules: toEach(unnoticed, { severity: fixed("warning") }),
    prometheus: {
      podDisruptionBudget: budget,
      prometheusSpec: {
        ...operated,
        additionalArgs: seconds("rules.alert.resend-delay"),
        externalLabels: { cluster: free("what an alert calls the stack") },
        retention: mapped("metrics-retention"),
        retentionSize: only(
          matches(/^([3-9]\d|\d{3,})GiB$/, "30 GiB or more"),
          "metrics are dropped before their time",
        ),
        storageSpec: volume,
        podMonitorSelectorNilUsesHelmValues: everything,
        probeSelectorNilUsesHelmValues: everything,
        ruleSelectorNilUsesHelmValues: everything,
        scrapeConfigSelectorNilUsesHelmValues: everything,
        serviceMonitorSelectorNilUsesHelmValues: everything,
      },
    },
    alertmanager: {
      podDisruptionBudget: budget,
      config: document("alert-routes"),
      alertmanagerSpec: {
        ...operated,
        additionalArgs: seconds("dispatch.start-delay"),
        secrets: fixed("alertmanager-receivers"),
        storage: volume,
      },
    },
    grafana: {
      admin: { existingSecret: fixed("grafana-login") },
      affinity,
      deploymentStrategy: rollout,
      image,
      livenessProbe: probe,
      readinessProbe: probe,
      startupProbe: probe,
      persistence: off,
      podDisruptionBudget: budget,
      replicas: mapped("replicas"),
      resources,
      service: { sessionAffinity: free(tuning) },
      sidecar: {
        image,
        dashboards: {
          enabled: fixed(true),
          label: fixed("grafana_dashboard"),
          labelValue: fixed("1"),
          provider: { allowUiUpdates: free(tuning) },
        },
        datasources: { enabled: fixed(true), defaultDatasourceEnabled: fixed(true) },
      },
      testFramework: off,
      tolerations,
      topologySpreadConstraints: spreading,
    },
    "prometheus-node-exporter": {
      image: {
        repository: image.repository,
        tag: image.tag,
        digest: image.sha,
        distroless: mapped("chart-images"),
      },
    },
    "kube-state-metrics": {
      ...singleton,
      image,
      metricLabelsAllowlist: only(
        matches(
          /^nodes=\[([a-z0-9./-]+,)*topology\.kubernetes\.io\/zone(,[a-z0-9./-]+)*\]$/,
          "a list with the nodes' zones",
        ),
        "rules tell zones apart by it",
      ),
    },
    prometheusOperator: {
      ...singleton,
      image,
      prometheusConfigReloader: { image },
      admissionWebhooks: { patch: { image } },
    },
  },
};
