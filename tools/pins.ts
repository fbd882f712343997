import { goTool } from "./go";
import type { Source } from "./source";

/**
 * Every outside program of this project, pinned. The versions and checksums of what is built from
 * Go modules are in go.mod and go.sum beside this file.
 */
export const pins = {
  helm: goTool({
    name: "helm",
    module: "helm.sh/helm/v3",
    package: "helm.sh/helm/v3/cmd/helm",
    versionVariables: ["helm.sh/helm/v3/internal/version.version"],
    versionArguments: ["version", "--short"],
  }),
  "kube-apiserver": kubernetes("kube-apiserver"),
  "kube-controller-manager": kubernetes("kube-controller-manager"),
  "kube-scheduler": kubernetes("kube-scheduler"),
  kubectl: kubernetes("kubectl", ["version", "--client"]),
  etcd: goTool({
    name: "etcd",
    module: "go.etcd.io/etcd/server/v3",
    package: "go.etcd.io/etcd/server/v3",
    versionArguments: ["--version"],
  }),
  kwok: goTool({
    name: "kwok",
    module: "sigs.k8s.io/kwok",
    package: "sigs.k8s.io/kwok/cmd/kwok",
    versionArguments: ["--version"],
  }),
} satisfies Record<string, Source>;

/** Name of a pinned program. */
export type ToolName = keyof typeof pins;

function kubernetes(name: string, versionArguments = ["--version"]) {
  return goTool({
    name,
    module: "k8s.io/kubernetes",
    package: `k8s.io/kubernetes/cmd/${name}`,
    // Built from modules, Kubernetes would call itself v0.0.0-master.
    versionVariables: [
      "k8s.io/component-base/version.gitVersion",
      "k8s.io/client-go/pkg/version.gitVersion",
    ],
    versionArguments,
  });
}
