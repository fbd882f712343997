import { goTool } from "./go";
import type { Source } from "./source";

/** A program of Kubernetes itself, built from its module. */
export function kubernetes(name: string, versionArguments = ["--version"]): Source {
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
