import type { Credentials } from "./credentials";

/**
 * Time-outs of the real control plane that are shortened here, in seconds. Every figure that
 * depends on one says so.
 */
export const shortened = {
  /** Until a silent node counts as lost; less, and a busy machine loses nodes that live. `real` is Kubernetes' default. */
  nodeMonitorGrace: { here: 20, real: 50 },
  /** Between two reports of a real kubelet on its node. `real` is Kubernetes' default. */
  nodeStatusUpdate: { here: 4, real: 10 },
  /** Until an autoscaler looks at a new Deployment. `real` is Kubernetes' default. */
  autoscalerSync: { here: 1, real: 15 },
};

/** Address of etcd: a socket in the control plane's own folder, which nobody else can open. */
export function storageAddress(folder: string): string {
  return `unix://${folder}/etcd.sock`;
}

/** The certificate that the API server makes for itself, which is all that its clients trust. */
export function certificateFile(folder: string): string {
  return `${folder}/apiserver.crt`;
}

export function etcdArguments(folder: string): string[] {
  return [
    `--data-dir=${folder}/etcd`,
    `--listen-client-urls=${storageAddress(folder)}`,
    `--listen-peer-urls=unix://${folder}/etcd-peer.sock`,
    // What it would tell other members, had it any; it accepts no socket here.
    "--advertise-client-urls=http://127.0.0.1:2379",
    // Nothing here has to survive a power cut.
    "--unsafe-no-fsync",
  ];
}

/** The API server at an address, with what its nodes' kind asks of it. */
export function apiServerArguments(
  folder: string,
  address: string,
  port: number,
  { serviceAccountKeyFile, tokenFile }: Credentials,
  ofNodes: string[],
): string[] {
  return [
    `--etcd-servers=${storageAddress(folder)}`,
    `--bind-address=${address}`,
    `--advertise-address=${address}`,
    `--secure-port=${port}`,
    `--cert-dir=${folder}`,
    `--token-auth-file=${tokenFile}`,
    "--anonymous-auth=false",
    // By itself it ends every watch after half an hour to an hour, and a soak follows for longer.
    "--min-request-timeout=86400",
    "--service-cluster-ip-range=10.96.0.0/16",
    "--service-account-issuer=https://kubernetes.default.svc",
    `--service-account-key-file=${serviceAccountKeyFile}`,
    `--service-account-signing-key-file=${serviceAccountKeyFile}`,
    ...ofNodes,
  ];
}

/** @param trusted file with the certificates that pods are given to trust */
export function controllerManagerArguments(
  trusted: string,
  kubeconfig: string,
  { serviceAccountKeyFile }: Credentials,
): string[] {
  return [
    `--kubeconfig=${kubeconfig}`,
    `--service-account-private-key-file=${serviceAccountKeyFile}`,
    // Each controller acts under its own account: that is where the built-in roles are.
    "--use-service-account-credentials=true",
    `--root-ca-file=${trusted}`,
    "--leader-elect=false",
    "--secure-port=0",
    "--node-monitor-period=1s",
    `--node-monitor-grace-period=${shortened.nodeMonitorGrace.here}s`,
    `--horizontal-pod-autoscaler-sync-period=${shortened.autoscalerSync.here}s`,
  ];
}

/** The scheduler takes most of its settings from a file. */
export function schedulerConfiguration(kubeconfig: string): object {
  return {
    apiVersion: "kubescheduler.config.k8s.io/v1",
    kind: "KubeSchedulerConfiguration",
    clientConnection: { kubeconfig },
    leaderElection: { leaderElect: false },
    profiles: [
      {
        schedulerName: "default-scheduler",
        pluginConfig: [
          {
            // The scheduler's own spreading is a preference that a full zone overrides. What is
            // proved here is what the charts require.
            name: "PodTopologySpread",
            args: { defaultingType: "List", defaultConstraints: [] },
          },
        ],
      },
    ],
  };
}
