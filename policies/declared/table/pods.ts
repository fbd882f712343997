import { between, equals, matches, oneOf } from "../../model/expectation";
import {
  by,
  each,
  fixed,
  free,
  judged,
  judgedWithin,
  only,
  type Declaration,
  type Fields,
} from "../declaration";
import { ownPaths } from "../probes";
import { labels, selector } from "./objects";

const shownAtRollout = "a rollout with a wrong one does not come up, and is rolled back";
const restricted = "the namespace refuses any other";

const handler: Fields = {
  httpGet: {
    path: only(
      matches(ownPaths, "a path that asks the pod alone, such as /healthz or /health/live"),
      "a probe that asks for the database or the cache takes every pod out at once when they fail",
    ),
    port: free(shownAtRollout),
  },
  tcpSocket: { port: free(shownAtRollout) },
  exec: {
    command: only(
      matches(
        /^(pg_isready|-[qthpUd]|[24]|127\.0\.0\.1|\/var\/run\/pgbouncer|6432|pgbouncer(_exporter)?)$/,
        "pg_isready within the pod",
      ),
      "a probe that asks something else says nothing of the pod, or too much",
    ),
  },
};

function probe(...rules: string[]): Fields {
  return {
    ...handler,
    periodSeconds: judgedWithin(between(1, 60), "a slower probe finds nothing in time", ...rules),
    failureThreshold: judgedWithin(between(1, 60), "a longer one never acts", ...rules),
    // Grafana's chart has 30 s for liveness by itself.
    timeoutSeconds: only(between(1, 30), "a longer one hides a pod that hangs"),
    initialDelaySeconds: only(between(0, 60), "a longer one delays every restart"),
  };
}

const quantity = judged("resources");

const container = (environment: Record<string, Declaration>): Fields => ({
  name: free("nothing outside the pod names it but what rules judge"),
  image: judged("pinned-images", "declared-images"),
  command: judged("declared-containers"),
  args: judged("declared-containers"),
  imagePullPolicy: only(equals("IfNotPresent"), "a registry that is away keeps pods from starting"),
  env: by("name", environment),
  ports: each({ name: free(shownAtRollout), containerPort: free(shownAtRollout) }),
  lifecycle: {
    preStop: {
      // As good where the image has the program; another may not pause at all.
      exec: {
        command: judgedWithin(
          matches(/^(sleep|\d{1,2})$/, "sleep and its seconds"),
          "one that ends at once drains nothing",
          "drain",
        ),
      },
      sleep: {
        seconds: judgedWithin(
          between(0, 120),
          "a pod that sleeps longer holds up every drain",
          "drain",
        ),
      },
    },
  },
  startupProbe: probe("startup-probe"),
  readinessProbe: probe("probes"),
  livenessProbe: probe("probes"),
  resources: {
    requests: { cpu: quantity, memory: quantity },
    limits: { cpu: quantity, memory: quantity },
  },
  securityContext: {
    allowPrivilegeEscalation: fixed(false),
    capabilities: { drop: fixed("ALL") },
    readOnlyRootFilesystem: fixed(true),
    runAsGroup: free(restricted),
    runAsUser: free(restricted),
  },
  volumeMounts: each({
    mountPath: free(shownAtRollout),
    name: free(shownAtRollout),
    readOnly: fixed(true),
  }),
});

const mode = fixed(288);
const items = each({ key: free(shownAtRollout), path: free(shownAtRollout) });

const volume: Fields = {
  name: free(shownAtRollout),
  configMap: { name: free(shownAtRollout), items },
  secret: { secretName: free(shownAtRollout), defaultMode: mode, items },
  projected: {
    defaultMode: mode,
    sources: each({
      configMap: { name: free(shownAtRollout), items },
      secret: { name: free(shownAtRollout), items },
    }),
  },
  emptyDir: {
    medium: fixed("Memory"),
    sizeLimit: only(
      matches(/^\d+(Ki|Mi)$/, "a size below a GiB"),
      "a pod that fills its node takes its neighbours along",
    ),
  },
  ephemeral: {
    volumeClaimTemplate: {
      spec: {
        accessModes: fixed("ReadWriteOnce"),
        storageClassName: fixed("encrypted-gp3"),
        resources: {
          requests: {
            storage: only(
              matches(/^[1-9]\d{1,3}Gi$/, "10 GiB or more"),
              "a dump that does not fit is no backup",
            ),
          },
        },
      },
    },
  },
};

/** A pod's specification; `grace` are the rules that judge how long it may take to end. */
function podSpec(environment: Record<string, Declaration>, grace: string[]): Fields {
  return {
    affinity: {
      podAntiAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: each({
          topologyKey: judgedWithin(
            equals("kubernetes.io/hostname"),
            "one pod a zone leaves the others nowhere to go",
            "host-anti-affinity",
          ),
          labelSelector: selector("host-anti-affinity"),
          matchLabelKeys: fixed("pod-template-hash"),
        }),
      },
    },
    automountServiceAccountToken: fixed(false),
    containers: each(container(environment)),
    initContainers: each(container(environment)),
    dnsConfig: {
      options: by("name", {
        timeout: { name: judged("declared-properties"), value: fixed("1") },
        attempts: { name: judged("declared-properties"), value: fixed("2") },
        ndots: { name: judged("declared-properties"), value: fixed("1", "2") },
      }),
    },
    enableServiceLinks: fixed(false),
    priorityClassName: judged("priorities"),
    restartPolicy: fixed("Never"),
    securityContext: {
      fsGroup: free(restricted),
      runAsGroup: free(restricted),
      runAsNonRoot: fixed(true),
      runAsUser: free(restricted),
      seccompProfile: { type: fixed("RuntimeDefault") },
    },
    serviceAccountName: free(shownAtRollout),
    terminationGracePeriodSeconds: judgedWithin(
      between(0, 300),
      "a pod that takes longer holds up every drain",
      ...grace,
    ),
    tolerations: each({
      key: judgedWithin(
        oneOf("node.kubernetes.io/unreachable", "node.kubernetes.io/not-ready"),
        "a pod that tolerates more runs on nodes that are leaving",
        "lost-node",
      ),
      effect: judged("lost-node"),
      operator: only(equals("Exists"), "with a value it matches nothing"),
      tolerationSeconds: judged("lost-node"),
    }),
    topologySpreadConstraints: each({
      topologyKey: judgedWithin(
        oneOf("topology.kubernetes.io/zone", "kubernetes.io/hostname"),
        "a node without the label takes no pod",
        "zone-spread",
      ),
      maxSkew: judged("zone-spread"),
      whenUnsatisfiable: judged("zone-spread"),
      labelSelector: selector("zone-spread"),
      nodeTaintsPolicy: judged("zone-spread"),
      nodeAffinityPolicy: fixed("Honor"),
      matchLabelKeys: fixed("pod-template-hash"),
    }),
    volumes: each(volume),
  };
}

/** A pod's template; `annotations` are those that its kind may bear. */
export function podTemplate(
  annotations: Fields,
  environment: Record<string, Declaration>,
  ...grace: string[]
): Fields {
  return { metadata: { labels, annotations }, spec: podSpec(environment, grace) };
}
