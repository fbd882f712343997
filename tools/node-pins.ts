import { debianBinary } from "./debian-binary";
import { debianTree } from "./debian-tree";
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
  // A node's other programs, iptables, nft, conntrack, ipset and busybox, are in the same tree: a
  // node lays it over its root.
  runc: debianTree({
    file: "usr/sbin/runc",
    package: "runc",
    packages: {
      runc: "1.1.5",
      libseccomp2: "2.5.4",
      iptables: "1.8.9",
      nftables: "1.0.6",
      conntrack: "1.4.7",
      ipset: "7.17",
      "busybox-static": "1.35.0",
      libedit2: "3.1",
      libip4tc2: "1.8.9",
      libip6tc2: "1.8.9",
      libipset13: "7.17",
      libjansson4: "2.14",
      libmnl0: "1.0.4",
      "libnetfilter-conntrack3": "1.0.9",
      libnfnetlink0: "1.0.2",
      libnftables1: "1.0.6",
      libnftnl11: "1.2.4",
      libxtables12: "1.8.9",
    },
    links: Object.fromEntries(
      ["iptables", "ip6tables"]
        .flatMap((name) => [name, `${name}-save`, `${name}-restore`])
        .map((name) => [`usr/sbin/${name}`, "xtables-nft-multi"]),
    ),
  }),
  // Images are built without a container engine: buildah for their instructions, mmdebstrap for
  // the base that stands in for the registry's.
  buildah: debianTree({
    file: "usr/bin/buildah",
    package: "buildah",
    packages: { buildah: "1.28.2", libgpgme11: "1.18.0", libassuan0: "2.5.5" },
  }),
  mmdebstrap: debianBinary({
    name: "mmdebstrap",
    package: "mmdebstrap",
    file: "usr/bin/mmdebstrap",
    version: "1.3.5",
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
