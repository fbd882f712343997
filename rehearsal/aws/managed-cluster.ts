import { readFile } from "node:fs/promises";
import { accountId } from "../../plan/stand-ins";
import { ControlPlane, type ControlPlaneOptions } from "../control-plane/control-plane";
import type { ManagedCluster, Properties } from "./cloud";

/** Who the caller is to the API server; it may do what a binding allows, and that is nothing at first. */
const caller = "deploy-role";
const bindings = "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings";

/** EKS as the stand-in cloud has it: a real control plane on this machine, one at a time. */
export class LocalCluster implements ManagedCluster {
  plane?: ControlPlane;
  private made = 0;

  constructor(
    private readonly options: ControlPlaneOptions,
    private readonly region: string,
  ) {}

  async create(name: string): Promise<Properties> {
    const users = { [caller]: { name: caller, groups: "" } };
    this.plane = await ControlPlane.start({ ...this.options, users });
    const kubeconfig = await readFile(await this.plane.kubeconfigOf(caller), "utf8");
    return {
      arn: `arn:aws:eks:${this.region}:${accountId}:cluster/${name}`,
      createdAt: new Date().toISOString(),
      // EKS creates another group for another cluster.
      clusterSecurityGroupId: `sg-${String(++this.made).padStart(17, "0")}`,
      kubeconfigJson: JSON.stringify(JSON.parse(kubeconfig)),
    };
  }

  async admit(): Promise<void> {
    await this.plane!.api.create(bindings, {
      apiVersion: "rbac.authorization.k8s.io/v1",
      kind: "ClusterRoleBinding",
      metadata: { name: caller },
      roleRef: {
        apiGroup: "rbac.authorization.k8s.io",
        kind: "ClusterRole",
        name: "cluster-admin",
      },
      subjects: [{ apiGroup: "rbac.authorization.k8s.io", kind: "User", name: caller }],
    });
  }

  async shutOut(): Promise<void> {
    await this.plane?.api.delete(`${bindings}/${caller}`);
  }

  /** Kills every process of it and removes its storage. */
  async destroy(): Promise<void> {
    await this.plane?.stop();
    this.plane = undefined;
  }
}
