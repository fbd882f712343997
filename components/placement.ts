/** How the replicas of a chart that is not ours are spread, by the name in their labels. */
export function spreadOf(name: string) {
  return { topologySpreadConstraints: [zoneSpread(name)], affinity: hostAntiAffinity(name) };
}

/** A dead zone's nodes are tainted and so not counted: its replicas may start elsewhere. */
export function zoneSpread(name: string) {
  return {
    maxSkew: 1,
    topologyKey: "topology.kubernetes.io/zone",
    whenUnsatisfiable: "DoNotSchedule",
    nodeTaintsPolicy: "Honor",
    labelSelector: { matchLabels: { "app.kubernetes.io/name": name } },
  };
}

/**
 * Classes of pods, highest first: without a pooler no pod of the application has a database, and
 * without Alertmanager nobody hears of it. Everything else, dumps included, has 0 and gives way.
 */
export const priorities = { pooler: 3000, serving: 2000, watching: 1000 };

/** 30 s instead of Kubernetes' 300 s until the pods of a lost node are replaced. */
export const lostNodeTolerations = ["unreachable", "not-ready"].map((condition) => ({
  key: `node.kubernetes.io/${condition}`,
  operator: "Exists",
  effect: "NoExecute",
  tolerationSeconds: 30,
}));

/** The new pod serves before the old one goes. */
export const gentleUpdate = {
  type: "RollingUpdate",
  rollingUpdate: { maxSurge: 1, maxUnavailable: 0 },
};

/** One eviction at a time, and a pod that is sick anyway may always go. */
export const oneEviction = { maxUnavailable: 1, unhealthyPodEvictionPolicy: "AlwaysAllow" };

function hostAntiAffinity(name: string) {
  return {
    podAntiAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: [
        {
          topologyKey: "kubernetes.io/hostname",
          labelSelector: { matchLabels: { "app.kubernetes.io/name": name } },
        },
      ],
    },
  };
}
