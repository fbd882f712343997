import { totalmem } from "node:os";
import { shortened } from "../control-plane/programs";
import type { Certificate } from "../sandbox/certificates";
import { dnsAddress } from "./addresses";
import { pauseImage } from "./system-images";

const socket = "/run/containerd/containerd.sock";

/** containerd on a node: its CRI with runc, whatever else it brings off. */
export function containerdSettings(networkFolder: string, pluginFolders: string[]): string {
  return `version = 3
root = '/var/lib/containerd'
state = '/run/containerd'
disabled_plugins = [${quoted(unused)}]
[grpc]
  address = '${socket}'
[plugins.'io.containerd.cri.v1.images']
  snapshotter = 'overlayfs'
  [plugins.'io.containerd.cri.v1.images'.pinned_images]
    sandbox = '${pauseImage}'
[plugins.'io.containerd.cri.v1.runtime']
  # Without CAP_SYS_RESOURCE no process may get a lower score than its parent's.
  restrict_oom_score_adj = true
  [plugins.'io.containerd.cri.v1.runtime'.containerd]
    default_runtime_name = 'runc'
    [plugins.'io.containerd.cri.v1.runtime'.containerd.runtimes.runc]
      runtime_type = 'io.containerd.runc.v2'
      [plugins.'io.containerd.cri.v1.runtime'.containerd.runtimes.runc.options]
        BinaryName = '/usr/sbin/runc'
        SystemdCgroup = false
  [plugins.'io.containerd.cri.v1.runtime'.cni]
    bin_dirs = [${quoted(pluginFolders)}]
    conf_dir = '${networkFolder}'
`;
}

/** Plugins of containerd that nothing here uses. */
export const unused = [
  "io.containerd.nri.v1.nri",
  "io.containerd.internal.v1.tracing",
  "io.containerd.tracing.processor.v1.otlp",
  "io.containerd.snapshotter.v1.blockfile",
  "io.containerd.snapshotter.v1.erofs",
  "io.containerd.snapshotter.v1.native",
];

/** CNI: a cable from each pod to its node, which routes. */
export function podNetwork(range: string): object {
  return {
    cniVersion: "1.0.0",
    name: "pods",
    plugins: [
      {
        type: "ptp",
        // Pods keep their addresses everywhere in the sandbox: policies and logs see them.
        ipMasq: false,
        mtu: 1500,
        ipam: {
          type: "host-local",
          ranges: [[{ subnet: range }]],
          routes: [{ dst: "0.0.0.0/0" }],
        },
      },
      { type: "portmap", capabilities: { portMappings: true } },
    ],
  };
}

/** What differs between kubelets. */
export interface KubeletOptions {
  address: string;
  /** Certificate by which the API server's calls are known. */
  clientAuthority: string;
  /** Its own, of an authority that pods trust, as EKS gives kubelets one. */
  serving: Certificate;
  /** A resolv.conf for pods with `dnsPolicy: Default`. */
  resolver: string;
  /** The part of this machine's memory that its pods may have, from 0 to 1. */
  share: number;
}

export function kubeletSettings({
  address,
  clientAuthority,
  serving,
  resolver,
  share,
}: KubeletOptions) {
  const mebibytes = Math.floor(totalmem() / 2 ** 20);
  return {
    apiVersion: "kubelet.config.k8s.io/v1beta1",
    kind: "KubeletConfiguration",
    // Kubernetes 1.35 and later refuse cgroup v1 otherwise.
    failCgroupV1: false,
    cgroupDriver: "cgroupfs",
    containerRuntimeEndpoint: `unix://${socket}`,
    address,
    healthzBindAddress: "127.0.0.1",
    tlsCertFile: serving.certificate,
    tlsPrivateKeyFile: serving.key,
    authentication: {
      anonymous: { enabled: false },
      webhook: { enabled: true },
      x509: { clientCAFile: clientAuthority },
    },
    authorization: { mode: "Webhook" },
    clusterDNS: [dnsAddress],
    clusterDomain: "cluster.local",
    resolvConf: resolver,
    failSwapOn: false,
    serializeImagePulls: false,
    nodeLeaseDurationSeconds: shortened.nodeMonitorGrace.here,
    nodeStatusUpdateFrequency: `${shortened.nodeStatusUpdate.here}s`,
    // The disk is memory that all nodes share, and images are never pulled again.
    evictionHard: {
      "memory.available": "100Mi",
      "nodefs.available": "1%",
      "imagefs.available": "1%",
    },
    imageGCHighThresholdPercent: 100,
    // Each sees the whole machine's memory; pods may have the node's share of it.
    systemReserved: { memory: `${Math.floor(mebibytes * (1 - share))}Mi` },
    maxPods: 110,
  };
}

export function kubeProxySettings(node: string, address: string, kubeconfig: string) {
  return {
    apiVersion: "kubeproxy.config.k8s.io/v1alpha1",
    kind: "KubeProxyConfiguration",
    mode: "nftables",
    bindAddress: address,
    healthzBindAddress: `${address}:10256`,
    metricsBindAddress: "127.0.0.1:10249",
    hostnameOverride: node,
    clientConnection: { kubeconfig },
    detectLocalMode: "NodeCIDR",
    // The machine's own limits stay.
    conntrack: {
      maxPerCore: 0,
      min: 0,
      tcpEstablishedTimeout: "0s",
      tcpCloseWaitTimeout: "0s",
    },
  };
}

/** The elements of a TOML array of strings. */
export function quoted(texts: string[]): string {
  return texts.map((text) => `'${text}'`).join(", ");
}
