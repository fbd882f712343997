import { goTool } from "./go";
import { kubernetes } from "./kubernetes";
import type { Source } from "./source";

/** What real Kubernetes nodes run, pinned. All of it is Linux's own; simulated nodes need none of it. */
export const nodePins = {
  kubelet: kubernetes("kubelet"),
  "kube-proxy": kubernetes("kube-proxy"),
  containerd: containerd("containerd", ["--version"]),
  "containerd-shim-runc-v2": containerd("containerd-shim-runc-v2", ["-v"]),
  ctr: containerd("ctr", ["--version"]),
  ptp: cniPlugin("main/ptp"),
  loopback: cniPlugin("main/loopback"),
  "host-local": cniPlugin("ipam/host-local"),
  portmap: cniPlugin("meta/portmap"),
  pause: goTool({ name: "pause", version: "1.0.0", package: ".", folder: "pause" }),
  coredns: goTool({
    name: "coredns",
    module: "github.com/coredns/coredns",
    package: ".",
    folder: "coredns",
  }),
  // Enforces NetworkPolicies, with the Kubernetes modules of the programs above.
  "kube-network-policies": goTool({
    name: "kube-network-policies",
    module: "sigs.k8s.io/kube-network-policies",
    package: "sigs.k8s.io/kube-network-policies/cmd",
  }),
  "packet-delay": goTool({
    name: "packet-delay",
    version: "1.0.0",
    package: ".",
    folder: "packet-delay",
  }),
} satisfies Record<string, Source>;

function containerd(name: string, versionArguments: string[]) {
  return goTool({
    name,
    module: "github.com/containerd/containerd/v2",
    package: `github.com/containerd/containerd/v2/cmd/${name}`,
    // Snapshots are overlays: the others need libraries of file systems that nodes here do not have.
    tags: ["no_btrfs", "no_zfs", "no_devmapper", "no_aufs"],
    versionArguments,
    folder: "containerd",
  });
}

function cniPlugin(plugin: string) {
  return goTool({
    name: plugin.split("/")[1]!,
    module: "github.com/containernetworking/plugins",
    package: `github.com/containernetworking/plugins/plugins/${plugin}`,
    folder: "cni-plugins",
  });
}
