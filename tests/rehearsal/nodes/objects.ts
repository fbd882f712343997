import type { Api, KubernetesObject } from "../../../rehearsal/control-plane/api";

export interface Pod extends KubernetesObject {
  spec: { nodeName: string };
  status: { podIP?: string; conditions?: { type: string; status: string }[] };
}

export type Node = Pod;

/** Paths of the API. */
export const pods = "/api/v1/namespaces/default/pods";
export const nodes = "/api/v1/nodes";

export function isReady({ status }: Pod): boolean {
  return status.conditions?.some((c) => c.type === "Ready" && c.status === "True") ?? false;
}

/** Resolves with all objects as soon as they are as wanted; rejects after so many seconds. */
export async function until<T extends KubernetesObject>(
  api: Api,
  path: string,
  wanted: (all: T[]) => boolean,
  seconds = 30,
): Promise<T[]> {
  const objects = new Map<string, T>();
  const watch = new AbortController();
  const limit = setTimeout(() => watch.abort(), seconds * 1000);
  try {
    return await new Promise<T[]>((resolve, reject) => {
      const late = () => reject(new Error(`${path} not as wanted after ${seconds} s: ${wanted}`));
      watch.signal.addEventListener("abort", late);
      let listed = false;
      const look = () => {
        const all = [...objects.values()];
        if (listed && wanted(all)) resolve(all);
      };
      const onEvent = ({ type, object }: { type: string; object: T }) => {
        if (type === "DELETED") objects.delete(object.metadata.name);
        else objects.set(object.metadata.name, object);
        look();
      };
      api.watch<T>(path, onEvent, reject, watch.signal).then(() => {
        listed = true;
        look();
      }, reject);
    });
  } finally {
    clearTimeout(limit);
    watch.abort();
  }
}

/** A pod of the test's image, or a template of one. */
export function pod(name: string, labels: Record<string, string>, more: object = {}) {
  return {
    metadata: { name, labels },
    spec: {
      securityContext: { runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } },
      terminationGracePeriodSeconds: 20,
      containers: [
        {
          name: "server",
          image: "rehearsal.test/pod:1",
          env: [{ name: "NODE_NAME", valueFrom: { fieldRef: { fieldPath: "spec.nodeName" } } }],
          ports: [{ containerPort: 8080 }],
          resources: { requests: { cpu: "50m", memory: "64Mi" }, limits: { memory: "128Mi" } },
          readinessProbe: { httpGet: { path: "/ready", port: 8080 }, periodSeconds: 1 },
          lifecycle: { preStop: { sleep: { seconds: 3 } } },
          securityContext: {
            allowPrivilegeEscalation: false,
            readOnlyRootFilesystem: true,
            capabilities: { drop: ["ALL"] },
          },
        },
      ],
      ...more,
    },
  };
}

/** Three pods, one a zone, and their Service. */
export function web() {
  const labels = { app: "web" };
  const zones = { topologyKey: "topology.kubernetes.io/zone", whenUnsatisfiable: "DoNotSchedule" };
  const spread = [{ maxSkew: 1, ...zones, labelSelector: { matchLabels: labels } }];
  const template = pod("web", labels, { topologySpreadConstraints: spread });
  return {
    deployment: {
      metadata: { name: "web" },
      spec: { replicas: 3, selector: { matchLabels: labels }, template },
    },
    service: {
      metadata: { name: "web" },
      spec: { selector: labels, ports: [{ port: 80, targetPort: 8080 }] },
    },
  };
}
