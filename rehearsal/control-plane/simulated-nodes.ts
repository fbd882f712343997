import type { Child } from "./child";
import type { Users } from "./credentials";
import type { NodeObject, Nodes, Surroundings } from "./nodes";
import { shortened } from "./programs";
import { podStart, stages, type Images } from "./stages";

/** Nodes per zone: enough that a drained node's pods find another one in the same zone. */
const nodesPerZone = 2;

/** Programs of simulated nodes. */
export const simulatedNodesTools = ["kwok"] as const;

/**
 * Two nodes in each zone, which take pods without running them: kwok plays their kubelets, one
 * process per zone.
 */
export class SimulatedNodes implements Nodes {
  readonly kind = "simulated";
  readonly readyLimit = 15;
  readonly podStart = podStart.most / 1000;
  readonly serverAddress = "127.0.0.1";
  // kwok plays kubelet, volume plugin and more on several nodes at once: no built-in role fits.
  readonly users: Users = { kwok: { name: "kwok", groups: "system:masters" } };
  private readonly kubelets = new Map<string, Child>();
  private plane!: Surroundings;

  constructor(
    readonly zones: string[],
    /** What the simulated kubelets can run. */
    private readonly images: Images,
  ) {}

  /**
   * The first zone's nodes are twice as large, so that a scheduler free to choose puts everything
   * there: only what a chart requires keeps replicas apart.
   */
  objects(): NodeObject[] {
    return this.zones.flatMap((zone, index) =>
      Array.from({ length: nodesPerZone }, (_, node) =>
        nodeOf(zone, `${zone}-${node + 1}`, index === 0 ? 2 : 1),
      ),
    );
  }

  async prepare(): Promise<string[]> {
    return [
      "--authorization-mode=RBAC",
      // A loopback address is no valid endpoint, and nothing here looks for one.
      "--endpoint-reconciler-type=none",
      // No pod answers a webhook here, and each would cost its time-out where no route refuses it.
      "--disable-admission-plugins=MutatingAdmissionWebhook,ValidatingAdmissionWebhook",
    ];
  }

  async start(plane: Surroundings): Promise<void> {
    this.plane = plane;
    await plane.write("stages.yaml", stages(this.images));
    await Promise.all(this.zones.map((zone) => this.restoreZone(zone)));
  }

  /** Nothing runs by itself here. */
  async settle(): Promise<void> {}

  /** Kills the process that answers for the zone's nodes. */
  async loseZone(zone: string): Promise<string> {
    await this.kubelets.get(zone)!.kill();
    return `the kwok process of ${zone} was killed`;
  }

  async restoreZone(zone: string): Promise<void> {
    const number = this.zones.indexOf(zone) + 1;
    const kubeconfig = await this.plane.kubeconfigOf("kwok");
    const args = kwokArguments(zone, number, kubeconfig, `${this.plane.folder}/stages.yaml`);
    this.kubelets.set(zone, await this.plane.run(`kwok-${zone}`, "kwok", args));
  }

  /** Its processes are the control plane's, and end with it. */
  async stop(): Promise<void> {}
}

function nodeOf(zone: string, name: string, size: number): NodeObject {
  const resources = { cpu: `${8 * size}`, memory: `${32 * size}Gi`, pods: "110" };
  return {
    metadata: {
      name,
      labels: {
        "kubernetes.io/hostname": name,
        "kubernetes.io/os": "linux",
        "kubernetes.io/arch": "amd64",
        "topology.kubernetes.io/region": zone.replace(/[a-z]$/, ""),
        "topology.kubernetes.io/zone": zone,
      },
    },
    status: { allocatable: resources, capacity: resources },
  };
}

/** kwok for the nodes of one zone, the `number`th. */
function kwokArguments(zone: string, number: number, kubeconfig: string, stages: string): string[] {
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
