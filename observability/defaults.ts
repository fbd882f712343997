/**
 * Alerts of kube-prometheus-stack that are not released, because ours tell the same: one fault is one
 * page. By name, the one of ours that does.
 */
export const doubled: Record<string, string> = {
  AlertmanagerClusterCrashlooping: "PodCrashLooping",
  KubeContainerWaiting: "ReplicasBelowDesired",
  // They want a node to spare at all times; Auto Mode packs nodes full, and adds one within a minute.
  KubeCPUOvercommit: "NodePoolAtLimit",
  KubeDeploymentReplicasMismatch: "ReplicasBelowDesired",
  KubeMemoryOvercommit: "NodePoolAtLimit",
  KubeNodeNotReady: "NodeLost",
  KubeNodeUnreachable: "NodeLost",
  KubePdbNotEnoughHealthyPods: "DisruptionBudgetAtLimit",
  KubePersistentVolumeFillingUp: "VolumeFilling",
  KubePodCrashLooping: "PodCrashLooping",
  KubePodNotReady: "ReplicasBelowDesired",
  KubeStatefulSetReplicasMismatch: "ReplicasBelowDesired",
  // Ours is evaluated more often.
  Watchdog: "Watchdog",
};

/** Alerts of kube-prometheus-stack that would page and are read in working hours here, and why. */
export const lowered: Record<string, string> = {
  KubeAPIErrorBudgetBurn: "AWS runs the control plane; ClusterLost pages when it is gone",
  KubeClientCertificateExpiration: "a client of AWS's control plane, which users do not notice",
  KubeStateMetricsListErrors: "as with KubeStateMetricsDown: users do not notice",
  KubeStateMetricsWatchErrors: "as with KubeStateMetricsDown: users do not notice",
};

/** Values of the chart for both. */
export function defaultRules() {
  const each = <T>(names: object, value: T) =>
    Object.fromEntries(Object.keys(names).map((name) => [name, value]));
  return {
    defaultRules: { disabled: each(doubled, true) },
    customRules: each(lowered, { severity: "warning" }),
  };
}
