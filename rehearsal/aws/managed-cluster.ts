import { readFile } from "node:fs/promises";
import { accountId } from "../../plan/stand-ins";
import { ControlPlane, type ControlPlaneOptions } from "../control-plane/control-plane";
import type { ManagedCluster, Properties } from "./cloud";

/** EKS as the stand-in cloud has it: a real control plane on this machine, one at a time. */
export class LocalCluster implements ManagedCluster {
  plane?: ControlPlane;
  private made = 0;

  constructor(
    private readonly options: ControlPlaneOptions,
    private readonly region: string,
  ) {}

  async create(name: string): Promise<Properties> {
    this.plane = await ControlPlane.start(this.options);
    const kubeconfig = await readFile(this.plane.kubeconfig, "utf8");
    return {
      arn: `arn:aws:eks:${this.region}:${accountId}:cluster/${name}`,
      createdAt: new Date().toISOString(),
      // EKS creates another group for another cluster.
      clusterSecurityGroupId: `sg-${String(++this.made).padStart(17, "0")}`,
      kubeconfigJson: JSON.stringify(JSON.parse(kubeconfig)),
    };
  }

  /** Kills every process of it and removes its storage. */
  async destroy(): Promise<void> {
    await this.plane?.stop();
    this.plane = undefined;
  }
}
