import path from "node:path";
import { tool, type ToolName } from "../../tools";

const onPath = ["kubelet", "kube-proxy", "containerd", "containerd-shim-runc-v2", "ctr"] as const;
const networkPlugins = ["ptp", "loopback", "host-local", "portmap"] as const;
const inImages = ["pause", "coredns", "kube-network-policies"] as const;

/** Programs of real nodes. */
export const realNodesTools: ToolName[] = [...onPath, ...networkPlugins, ...inImages, "runc"];

/** Where a node finds its programs. */
export interface NodePrograms {
  /** For PATH: Kubernetes', containerd's and the system's. */
  path: string;
  /** Folder whose `usr` is laid over the node's: runc, iptables and the like. */
  sysroot: string;
  /** Folders with the CNI plugins. */
  networkPlugins: string[];
}

/** Finds them, or installs what is missing. */
export async function nodePrograms(): Promise<NodePrograms> {
  const folders = async (names: readonly ToolName[]) => {
    const files = await Promise.all(names.map((name) => tool(name)));
    return [...new Set(files.map((file) => path.dirname(file)))];
  };
  const own = await folders(onPath);
  return {
    path: [...own, "/usr/sbin", "/usr/bin", "/sbin", "/bin"].join(":"),
    // PATH/usr/sbin/runc stands for the whole tree.
    sysroot: path.resolve(await tool("runc"), "../../.."),
    networkPlugins: await folders(networkPlugins),
  };
}
