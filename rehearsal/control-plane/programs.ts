import type { Credentials } from "./credentials";

/**
 * Time-outs of the real control plane that are shortened here, in seconds. Every figure that
 * depends on one says so.
 */
export const shortened = {
  /** Until a silent node counts as lost. `real` is Kubernetes' default. */
  nodeMonitorGrace: { here: 8, real: 50 },
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

export function apiServerArguments(
  folder: string,
  port: number,
  { serviceAccountKeyFile, tokenFile }: Credentials,
): string[] {
  return [
    `--etcd-servers=${storageAddress(folder)}`,
    "--bind-address=127.0.0.1",
    "--advertise-address=127.0.0.1",
    `--secure-port=${port}`,
    `--cert-dir=${folder}`,
    `--token-auth-file=${tokenFile}`,
    "--anonymous-auth=false",
    "--authorization-mode=RBAC",
    "--service-cluster-ip-range=10.96.0.0/16",
    "--service-account-issuer=https://kubernetes.default.svc",
    `--service-account-key-file=${serviceAccountKeyFile}`,
    `--service-account-signing-key-file=${serviceAccountKeyFile}`,
    // No pod answers a webhook here, and each would cost its time-out where no route refuses it.
    "--disable-admission-plugins=MutatingAdmissionWebhook,ValidatingAdmissionWebhook",
    // A loopback address is no valid endpoint, and nothing here looks for one.
    "--endpoint-reconciler-type=none",
  ];
}

export function controllerManagerArguments(
  folder: string,
  kubeconfig: string,
  { serviceAccountKeyFile }: Credentials,
): string[] {
  return [
    `--kubeconfig=${kubeconfig}`,
    `--service-account-private-key-file=${serviceAccountKeyFile}`,
    // Each controller acts under its own account: that is where the built-in roles are.
    "--use-service-account-credentials=true",
    `--root-ca-file=${certificateFile(folder)}`,
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

/** kwok for the nodes of one zone, the `number`th. */
export function kwokArguments(
  zone: string,
  number: number,
  kubeconfig: string,
  stages: string,
): string[] {
  return [
    `--kubeconfig=${kubeconfig}`,
    `--config=${stages}`,
    "--manage-all-nodes=false",
    `--manage-nodes-with-label-selector=topology.kubernetes.io/zone=${zone}`,
    // Renewed every quarter of it, so that a lost zone is noticed within the grace period.
    `--node-lease-duration-seconds=${shortened.nodeMonitorGrace.here}`,
    // Documentation addresses: nothing is ever sent to them.
    `--node-ip=192.0.2.${number}`,
    `--cidr=10.244.${number}.0/24`,
  ];
}
