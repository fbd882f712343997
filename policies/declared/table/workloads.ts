import { createHash } from "node:crypto";
import { between, equals, matches, oneOf } from "../../model/expectation";
import {
  each,
  fixed,
  free,
  judged,
  judgedWithin,
  only,
  type Declaration,
  type Fields,
} from "../declaration";
import { ofBackups, ofDeployments, ofJobs } from "./environment";
import { hook, labels, name, object, selector } from "./objects";
import { podTemplate } from "./pods";

const undisturbed: Fields = {
  "checksum/secrets": judged("secrets-followed"),
  "karpenter.sh/do-not-disrupt": only(equals("true"), "a job that is moved starts again"),
};

const job: Fields = {
  activeDeadlineSeconds: only(between(240, 23400), "a job that hangs keeps its successor waiting"),
  backoffLimit: only(between(0, 6), "more attempts outlast the deadline"),
  ttlSecondsAfterFinished: only(between(3600, 1209600), "its log is what an incident is read from"),
  podFailurePolicy: {
    rules: each({
      action: fixed("Ignore"),
      onPodConditions: each({ type: fixed("DisruptionTarget"), status: fixed("True") }),
    }),
  },
};

/** It can never be changed, so that nothing in it may change: no version, no owner. */
const unchanging: Fields = Object.fromEntries(
  [
    ...["name", "instance", "component"].map((label) => `app.kubernetes.io/${label}`),
    ...["app", "release"],
  ].map((label) => [label, free("Kubernetes refuses one that misses its own pods")]),
);

/** Kinds that run pods. What is not here, such as a pause of a rollout, nothing may set. */
export const workloads: Record<string, Fields> = {
  "kubernetes:apps/v1:Deployment": {
    ...object(),
    spec: {
      replicas: judged("replicas"),
      minReadySeconds: judgedWithin(
        between(0, 120),
        "a longer wait stretches every rollout beyond its release's time",
        "load-balancer-drain",
      ),
      revisionHistoryLimit: only(between(2, 100), "without one there is none to go back to"),
      selector: { matchLabels: unchanging },
      strategy: {
        type: judged("rolling-update"),
        rollingUpdate: {
          maxSurge: judged("rolling-update"),
          maxUnavailable: judged("rolling-update"),
        },
      },
      template: podTemplate(
        {
          "checksum/config": judged("configuration-followed"),
          "checksum/secrets": judged("secrets-followed"),
          "kubectl.kubernetes.io/default-container": only(
            oneOf("backend", "frontend", "pgbouncer"),
            "the rules of probes judge the container that it names",
          ),
        },
        ofDeployments,
        "drain",
      ),
    },
  },
  "kubernetes:batch/v1:Job": {
    ...object(hook("0")),
    spec: { ...job, template: podTemplate(undisturbed, ofJobs) },
  },
  "kubernetes:batch/v1:CronJob": {
    ...object(),
    spec: {
      concurrencyPolicy: only(equals("Forbid"), "two dumps at once double the load"),
      failedJobsHistoryLimit: only(between(1, 10), "a failed job's log tells why"),
      successfulJobsHistoryLimit: only(between(1, 10), "the last one that worked is compared"),
      schedule: judged("backup-schedule"),
      startingDeadlineSeconds: only(between(60, 3600), "a run that was missed is made up for"),
      suspend: judged("backup-schedule"),
      timeZone: fixed("Etc/UTC"),
      jobTemplate: {
        metadata: { labels },
        spec: { ...job, template: podTemplate(undisturbed, ofBackups) },
      },
    },
  },
  "kubernetes:autoscaling/v2:HorizontalPodAutoscaler": {
    ...object(),
    spec: {
      minReplicas: judgedWithin(between(3, 100), "more than AWS lets the cluster grow", "replicas"),
      maxReplicas: judgedWithin(between(4, 100), "without room a peak is an outage", "autoscaler"),
      scaleTargetRef: {
        apiVersion: fixed("apps/v1"),
        kind: judged("autoscaler"),
        name: judged("autoscaler"),
      },
      // Slower to take pods away; how they are added stays Kubernetes' own.
      behavior: {
        scaleDown: {
          stabilizationWindowSeconds: only(between(60, 3600), "less takes pods in a lull"),
        },
      },
      metrics: each({
        type: fixed("Resource"),
        resource: {
          // The one that asks for more counts, so that memory only adds pods.
          name: judgedWithin(oneOf("cpu", "memory"), "another follows no load", "autoscaler"),
          target: { type: fixed("Utilization"), averageUtilization: judged("autoscaler") },
        },
      }),
    },
  },
  "kubernetes:policy/v1:PodDisruptionBudget": {
    ...object(),
    spec: {
      maxUnavailable: judged("disruption-budget"),
      minAvailable: judged("disruption-budget"),
      selector: selector("disruption-budget"),
      unhealthyPodEvictionPolicy: judged("unhealthy-pods-evicted"),
    },
  },
  ...operated(),
};

/** Prometheus and Alertmanager, as the declared map of their chart tells them. */
function operated(): Record<string, Fields> {
  const resources = { cpu: judged("resources"), memory: judged("resources") };
  const shared: Fields = {
    ...object(),
    spec: {
      replicas: judgedWithin(between(3, 9), "more of them agree on less", "replicas"),
      image: judged("pinned-images", "declared-images"),
      affinity: {
        podAntiAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: each({
            topologyKey: judged("host-anti-affinity"),
            labelSelector: {
              matchExpressions: each({
                key: judged("host-anti-affinity"),
                operator: judged("host-anti-affinity"),
                values: judged("host-anti-affinity"),
              }),
            },
          }),
        },
      },
      topologySpreadConstraints: each({
        topologyKey: judged("zone-spread"),
        maxSkew: judged("zone-spread"),
        whenUnsatisfiable: judged("zone-spread"),
        labelSelector: selector("zone-spread"),
        nodeTaintsPolicy: judged("zone-spread"),
      }),
      priorityClassName: judged("priorities"),
      resources: { requests: resources, limits: resources },
      storage: {
        volumeClaimTemplate: {
          spec: {
            accessModes: fixed("ReadWriteOnce"),
            storageClassName: judgedWithin(
              equals("encrypted-gp3"),
              "any other class is not the stack's own",
              "kept-volume",
            ),
            resources: { requests: { storage: judged("kept-volume") } },
          },
        },
      },
    },
  };
  return {
    "kubernetes:monitoring.coreos.com/v1:Alertmanager": shared,
    "kubernetes:monitoring.coreos.com/v1:Prometheus": {
      ...shared,
      spec: {
        ...(shared.spec as Fields),
        retention: judged("metrics-retention"),
        alerting: { alertmanagers: each({ name: judged("alertmanagers") }) },
      },
    },
  };
}

const lines = (text: unknown) =>
  String(text)
    .split("\n")
    .map((line) => line.trim());

/** A script, by the SHA-256 of its text: the pack reads no code, and takes only what has been run. */
function reviewed(digest: string): Declaration {
  return only(
    {
      says: `the script ${digest.slice(0, 12)}…, which the database laboratory has run`,
      accepts: (text) => createHash("sha256").update(String(text)).digest("hex") === digest,
    },
    "what code does is not read: run its tests, then declare its digest",
  );
}

/** What the exporter of the edge's figures asks CloudWatch for, as text. */
const edgeFigures = only(
  {
    says: "each of the edge's counts a minute, and no zero where there is none",
    accepts: (text) =>
      [
        "HTTPCode_ELB_5XX_Count",
        "HTTPCode_Target_5XX_Count",
        "RequestCount",
        "period: 60",
        "length: 60",
        "delay: 60",
        "statistics: [Sum]",
        "nilToZero: false",
      ].every((part) => lines(text).some((line) => line.endsWith(part))),
  },
  "the promise is counted by them; a zero would hide that the balancer has gone silent",
);

const port: Declaration = judged("ports-lead");

/** Kinds around the pods: how they are reached, watched and let out. */
export const around: Record<string, Fields> = {
  "kubernetes:core/v1:Service": {
    ...object(),
    spec: {
      type: fixed("ClusterIP"),
      selector: each(judged("selectors-match")),
      ports: each({
        name: port,
        port,
        targetPort: port,
        protocol: fixed("TCP"),
        appProtocol: fixed("http", "tcp"),
      }),
    },
  },
  "kubernetes:core/v1:ServiceAccount": {
    ...object(hook("-10")),
    automountServiceAccountToken: fixed(false),
  },
  "kubernetes:core/v1:ConfigMap": {
    ...object(),
    data: {
      "pgbouncer.ini": judged("pooler-settings"),
      "reconnect.sh": reviewed("39656bac9d9c5273ad0fd66f984b31373a80e75de407aaf42a12704330b28924"),
      "roles.sql": reviewed("995efa0315bb9ad193dccb75eaeef5b1f8fc191773dde9c9a29a1c9c8ebd84ea"),
      "ca.crt": free("a wrong authority fails the first connection"),
      "ca.pem": free("a wrong authority fails the first connection"),
      ...Object.fromEntries(
        ["backups", "budget", "cluster", "database", "service"].map((dashboard) => [
          `${dashboard}.json`,
          free("a dashboard tells nobody; its queries are held to the metrics by a test"),
        ]),
      ),
      "config.yaml": edgeFigures,
      "stack.json": free("what a restore is told of the stack"),
      "enable-network-policy-controller": only(
        equals("true"),
        "without it no NetworkPolicy is enforced",
      ),
    },
  },
  "kubernetes:core/v1:Secret": {
    ...object(),
    type: fixed("Opaque", "kubernetes.io/tls"),
    data: each(free("a secret's content is nobody's to judge")),
    stringData: each(free("a secret's content is nobody's to judge")),
  },
  "kubernetes:core/v1:Namespace": {
    ...object(),
    metadata: {
      name: judged("expected"),
      labels: {
        "pod-security.kubernetes.io/enforce": judgedWithin(
          oneOf("restricted", "privileged"),
          "what is not restricted may take a node along",
          "pod-security",
        ),
      },
    },
  },
  "kubernetes:networking.k8s.io/v1:NetworkPolicy": {
    ...object(hook("-10")),
    spec: {
      podSelector: selector("network-policy"),
      policyTypes: judged("network-policy"),
      ingress: judgedPeers("from"),
      egress: judgedPeers("to"),
    },
  },
  "kubernetes:eks.amazonaws.com/v1:TargetGroupBinding": {
    ...object(),
    spec: {
      targetGroupARN: free("left out of the committed objects; judged with the release's values"),
      targetType: fixed("ip"),
      serviceRef: { name: judged("selectors-match"), port },
    },
  },
  "kubernetes:monitoring.coreos.com/v1:ServiceMonitor": {
    ...object(),
    spec: {
      selector: selector("selectors-match"),
      endpoints: each({
        port,
        path: fixed("/metrics"),
        interval: only(matches(/^(15|30|60)s$/, "a minute at most"), "alerts would wait for it"),
        scrapeTimeout: only(
          matches(/^([1-9]|1[0-5])s$/, "15 s at most"),
          "the operator refuses one that is longer than its interval",
        ),
        honorLabels: fixed(true),
      }),
    },
  },
  "kubernetes:monitoring.coreos.com/v1:PrometheusRule": {
    ...object(),
    spec: {
      groups: each({
        name,
        interval: only(matches(/^(10|30|60|300)s$/, "five minutes at most"), "alerts wait for it"),
        rules: each({
          alert: judged("expected-alerts"),
          record: free("an alert that reads a record without data is found by its own test"),
          expr: free("what an expression means is proved by the alerts' tests on real Prometheus"),
          for: judged("expected-alerts"),
          labels: {
            severity: judged("expected-alerts"),
            ...Object.fromEntries(
              ["certificate", "outcome", "service", "slo", "window"].map((key) => [key, name]),
            ),
          },
          annotations: each(free("words for people")),
          keep_firing_for: only(matches(/^\d+m$/, "minutes"), "longer is only later to end"),
        }),
      }),
    },
  },
};

function judgedPeers(direction: "from" | "to"): Declaration {
  return each({
    ports: each({ port: judged("network-policy"), protocol: fixed("UDP", "TCP") }),
    [direction]: each({
      ipBlock: { cidr: judged("network-policy"), except: judged("network-policy") },
      namespaceSelector: selector("network-policy"),
      podSelector: selector("network-policy"),
    }),
  });
}
