import * as pulumi from "@pulumi/pulumi";
import * as k8s from "@pulumi/kubernetes";
import * as random from "@pulumi/random";
import type { ObservabilityConfig } from "../config";
import { defaultRules } from "../observability/defaults";
import { alertmanagerConfig, beat, receiversSecret, secretKeys } from "../observability/routing";
import { images, registryPrefix, type UpstreamImage } from "../upstream/upstream";
import { gentleUpdate, lostNodeTolerations, oneEviction, spreadOf, zoneSpread } from "./placement";
import type { ChartReference } from "./registry";
import { Workload } from "./workload";

export interface ObservabilityArgs extends Omit<ObservabilityConfig, "runbookBase"> {
  namespace: string;
  /** Names the stack in every alert, such as `mini-xdr-prod`. */
  stackName: string;
  /** Address of the stack's own registry: every image comes from there. */
  registry: pulumi.Output<string>;
  charts: { definitions: ChartReference; stack: ChartReference };
  /** Storage class of the volumes. */
  storageClass: string;
  /** What opens each receiver; secret. Absent: its alerts stay in Alertmanager. */
  receivers: Partial<Record<keyof typeof secretKeys, pulumi.Output<string>>>;
}

/** Share of its volume that Prometheus may fill before it drops the oldest blocks. */
const usableVolume = 0.85;

/** For what watches a few objects only. */
const small = {
  requests: { cpu: "50m", memory: "128Mi" },
  limits: { cpu: "200m", memory: "256Mi" },
};

/**
 * Prometheus, Alertmanager and Grafana, three of each, one per zone. The custom resource
 * definitions are a release of their own, because the application's monitors need only them: it
 * never waits for monitoring.
 */
export class Observability extends Workload {
  /** Holds the definitions that ServiceMonitors and PrometheusRules need. */
  readonly definitions: k8s.helm.v3.Release;

  constructor(
    name: string,
    private readonly args: ObservabilityArgs,
    opts: pulumi.ComponentResourceOptions,
  ) {
    super("Observability", name, args.namespace, args, opts);
    this.definitions = this.customResourceDefinitions();
    this.stack([this.receivers(), this.grafanaLogin()]);
    this.registerOutputs({});
  }

  private customResourceDefinitions(): k8s.helm.v3.Release {
    return this.release("definitions", {
      name: "prometheus-operator-crds",
      ...this.args.charts.definitions,
      timeoutSeconds: 300,
      values: {},
    });
  }

  /** Alertmanager reads them from files, so that no release value ever holds one. */
  private receivers(): k8s.core.v1.Secret {
    const { receivers } = this.args;
    const data: Record<string, pulumi.Output<string>> = {};
    for (const receiver of Object.keys(secretKeys) as (keyof typeof secretKeys)[])
      if (receivers[receiver]) data[secretKeys[receiver]] = receivers[receiver];
    return this.secret(receiversSecret, data);
  }

  private grafanaLogin(): k8s.core.v1.Secret {
    const password = new random.RandomPassword(
      `${this.name}-grafana-password`,
      { length: 40, special: false },
      { parent: this },
    );
    return this.secret("grafana-login", {
      "admin-user": "admin",
      "admin-password": password.result,
    });
  }

  private stack(dependsOn: pulumi.Resource[]): void {
    this.release(
      "release",
      {
        name: "kube-prometheus-stack",
        ...this.args.charts.stack,
        timeoutSeconds: 1800,
        values: {
          fullnameOverride: "kube-prometheus-stack",
          crds: { enabled: false },
          // Before the chart's own registries: an image that is not named below could not be pulled.
          global: { imageRegistry: this.args.registry },
          // EKS runs these where nobody can scrape them, and alerts would call them lost for ever.
          kubeControllerManager: { enabled: false },
          kubeScheduler: { enabled: false },
          kubeEtcd: { enabled: false },
          kubeProxy: { enabled: false },
          coreDns: { enabled: false },
          ...defaultRules(),
          prometheus: this.prometheus(),
          alertmanager: this.alertmanager(),
          grafana: this.grafana(),
          ...this.singletons(),
        },
      },
      [this.definitions, ...dependsOn],
    );
  }

  private prometheus() {
    const { retentionDays, volumeGb } = this.args;
    return {
      podDisruptionBudget: { enabled: true, minAvailable: 2 },
      prometheusSpec: {
        replicas: 3,
        image: copyOf("prometheus"),
        ...spread("prometheus"),
        priorityClassName: "watching",
        // On every alert: which stack it is of.
        externalLabels: { cluster: this.args.stackName },
        // The chart has no value for it. It decides how long a dead Prometheus is believed.
        additionalArgs: [{ name: "rules.alert.resend-delay", value: `${beat.resend}s` }],
        retention: `${retentionDays}d`,
        retentionSize: `${Math.floor(volumeGb * usableVolume)}GiB`,
        storageSpec: this.volume(volumeGb),
        resources: {
          requests: { cpu: "500m", memory: "2Gi" },
          limits: { cpu: "2", memory: "4Gi" },
        },
        // Pick up the monitors and rules of every release, not only of this one.
        ruleSelectorNilUsesHelmValues: false,
        serviceMonitorSelectorNilUsesHelmValues: false,
        podMonitorSelectorNilUsesHelmValues: false,
        probeSelectorNilUsesHelmValues: false,
        scrapeConfigSelectorNilUsesHelmValues: false,
      },
    };
  }

  private alertmanager() {
    const { pagerDuty, slack, deadMansSwitch } = this.args.receivers;
    return {
      podDisruptionBudget: { enabled: true, minAvailable: 2 },
      config: alertmanagerConfig({
        pagerDuty: pagerDuty !== undefined,
        slack: slack !== undefined,
        deadMansSwitch: deadMansSwitch !== undefined,
      }),
      alertmanagerSpec: {
        replicas: 3,
        image: copyOf("alertmanager"),
        ...spread("alertmanager"),
        priorityClassName: "watching",
        secrets: [receiversSecret],
        // One that starts hears first of every alert, or it would tell what the others suppress.
        additionalArgs: [{ name: "dispatch.start-delay", value: `${2 * beat.resend}s` }],
        storage: this.volume(5),
        resources: small,
      },
    };
  }

  private grafana() {
    const health = { httpGet: { path: "/api/health", port: "grafana" } };
    return {
      replicas: 3,
      image: copyOf("grafana"),
      // `helm test` would run an image of its own.
      testFramework: { enabled: false },
      admin: { existingSecret: "grafana-login" },
      // What it shows comes from ConfigMaps, its data source from values: no pod has a state to lose.
      persistence: { enabled: false },
      sidecar: {
        image: copyOf("k8s-sidecar"),
        dashboards: {
          enabled: true,
          label: "grafana_dashboard",
          labelValue: "1",
          provider: { allowUiUpdates: false },
        },
        datasources: { enabled: true, defaultDatasourceEnabled: true },
      },
      // Sessions live in each pod's memory: a browser stays with the pod that knows it.
      service: { sessionAffinity: "ClientIP" },
      podDisruptionBudget: oneEviction,
      deploymentStrategy: gentleUpdate,
      ...spreadOf("grafana"),
      tolerations: lostNodeTolerations,
      startupProbe: { ...health, periodSeconds: 5, failureThreshold: 30 },
      readinessProbe: { ...health, periodSeconds: 5, failureThreshold: 3 },
      livenessProbe: { ...health, periodSeconds: 10, failureThreshold: 10 },
      resources: {
        requests: { cpu: "100m", memory: "256Mi" },
        limits: { cpu: "500m", memory: "512Mi" },
      },
    };
  }

  /** Operator and kube-state-metrics run once each: nothing that serves users waits for them. */
  private singletons() {
    const singleton = {
      livenessProbe: { periodSeconds: 10, failureThreshold: 6 },
      readinessProbe: { periodSeconds: 10, failureThreshold: 3 },
      tolerations: lostNodeTolerations,
      resources: small,
    };
    const nodeExporter = images["node-exporter"];
    const stateMetrics = images["kube-state-metrics"];
    return {
      prometheusOperator: {
        ...singleton,
        image: copyOf("prometheus-operator"),
        prometheusConfigReloader: { image: copyOf("prometheus-config-reloader") },
        admissionWebhooks: { patch: { image: copyOf("kube-webhook-certgen") } },
      },
      "prometheus-node-exporter": {
        image: {
          repository: `${registryPrefix}node-exporter`,
          tag: nodeExporter.tag,
          digest: nodeExporter.digest,
          // Or the chart adds it to the tag once more.
          distroless: false,
        },
      },
      "kube-state-metrics": {
        ...singleton,
        // This one writes the digest as it is.
        image: { ...copyOf("kube-state-metrics"), sha: stateMetrics.digest },
        // Rules tell zones apart by it.
        metricLabelsAllowlist: ["nodes=[topology.kubernetes.io/zone]"],
      },
    };
  }

  private volume(gigabytes: number) {
    return {
      volumeClaimTemplate: {
        spec: {
          storageClassName: this.args.storageClass,
          accessModes: ["ReadWriteOnce"],
          resources: { requests: { storage: `${gigabytes}Gi` } },
        },
      },
    };
  }
}

/** The stack's copy of an image, as the chart takes it; it adds `sha256:` to the digest itself. */
function copyOf(name: UpstreamImage) {
  const { tag, digest } = images[name];
  return { repository: `${registryPrefix}${name}`, tag, sha: digest.replace(/^sha256:/, "") };
}

/** The operator adds the host anti-affinity of what it runs itself. */
function spread(workload: string) {
  return {
    podAntiAffinity: "hard",
    podAntiAffinityTopologyKey: "kubernetes.io/hostname",
    topologySpreadConstraints: [zoneSpread(workload)],
  };
}
