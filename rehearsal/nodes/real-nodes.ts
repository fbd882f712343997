import { setMaxListeners } from "node:events";
import { mkdir } from "node:fs/promises";
import path from "node:path";
import { isAlive } from "../../lib/processes";
import type { Users } from "../control-plane/credentials";
import type { NodeObject, Nodes, Surroundings } from "../control-plane/nodes";
import { Authority } from "../sandbox/certificates";
import { fabricAddress, podRange } from "./addresses";
import { Cgroups } from "./cgroups";
import { Fabric } from "./fabric";
import { ImageStore, type ImageArchive } from "./image-store";
import { Node, userOf } from "./node";
import { nodePrograms, type NodePrograms } from "./programs";
import { apiServerClient, systemObjects, untilSystemRuns } from "./system";
import { systemImages } from "./system-images";

/** What real nodes are started with. */
export interface RealNodesOptions {
  zones: string[];
  /** One by default; every node counts all processors of this machine. */
  nodesPerZone?: number;
  /**
   * How much of the machine's memory each node of a zone has for pods, against the others', by zone.
   * By default all have the same.
   */
  shares?: number[];
  /** What pods can run; nothing is ever pulled. */
  images: ImageArchive[];
  /** Address of the DNS for names that are not the cluster's, for nodes to reach; none: NXDOMAIN. */
  resolver?: string;
  /** The sandbox's folder; the last part of its path names the run's cgroups. */
  folder: string;
}

/** Name of the API server to those whom it asks on behalf of others. */
const frontProxy = "front-proxy";

/** Nodes that run containers, each in namespaces and cgroups of its own. Only inside a sandbox. */
export class RealNodes implements Nodes {
  readonly kind = "measured";
  // Three take 7 to 18 s on two cores.
  readonly readyLimit = 60;
  // The backend's start, a period of its start-up probe (5 s) and its readiness's delay and period (15 s).
  readonly podStart = 30;
  readonly serverAddress = fabricAddress;
  readonly users: Users = { kubeProxy: { name: "system:kube-proxy", groups: "" } };
  /** In the zones' order, once they are started. */
  readonly all: Node[] = [];
  readonly zones: string[];
  private readonly places: { name: string; zone: string; number: number; share: number }[];
  private readonly stopping = new AbortController();
  private plane!: Surroundings;
  private fabric!: Fabric;
  private programs!: NodePrograms;
  private authority!: Authority;
  private imageStore!: Promise<ImageStore>;

  constructor(private readonly options: RealNodesOptions) {
    const { zones, nodesPerZone = 1, shares = zones.map(() => 1) } = options;
    // Every image that is unpacked listens to it.
    setMaxListeners(0, this.stopping.signal);
    const all = shares.reduce((sum, share) => sum + share, 0) * nodesPerZone;
    this.zones = zones;
    this.places = zones
      .flatMap((zone, number) =>
        Array.from({ length: nodesPerZone }, (_, index) => ({
          name: `${zone}-${index + 1}`,
          zone,
          share: shares[number]! / all,
        })),
      )
      .map((place, index) => ({ ...place, number: index + 1 }));
    for (const { name } of this.places)
      this.users[userOf(name)] = { name: `system:node:${name}`, groups: "system:nodes" };
  }

  /** The node of that name. @throws when there is none. */
  node(name: string): Node {
    const found = this.all.find((node) => node.name === name);
    if (!found) throw new Error(`no node ${name}`);
    return found;
  }

  objects(): NodeObject[] {
    return this.places.map(({ name, zone, number }) => ({
      metadata: {
        name,
        labels: {
          "topology.kubernetes.io/region": zone.replace(/[a-z]$/, ""),
          "topology.kubernetes.io/zone": zone,
        },
      },
      spec: { podCIDR: podRange(number), podCIDRs: [podRange(number)] },
    }));
  }

  /** @param folder the control plane's: the nodes' disks go with it */
  async prepare(folder: string): Promise<string[]> {
    const { images } = this.options;
    const own = path.join(folder, "nodes");
    await mkdir(own);
    this.programs = await nodePrograms();
    this.imageStore = systemImages().then((system) =>
      ImageStore.of([...system, ...images], this.programs, this.stopping.signal),
    );
    this.imageStore.catch(() => {}); // whoever starts the nodes hears of it
    this.fabric = await Fabric.create();
    this.authority = await Authority.create(own);
    const client = await this.authority.sign(apiServerClient, [apiServerClient]);
    const front = await this.authority.sign(frontProxy, [frontProxy]);
    return [
      // Servers behind the API server, such as metrics-server, know by these whom it asks for.
      `--proxy-client-cert-file=${front.certificate}`,
      `--proxy-client-key-file=${front.key}`,
      `--requestheader-client-ca-file=${this.authority.file}`,
      `--requestheader-allowed-names=${frontProxy}`,
      "--requestheader-username-headers=X-Remote-User",
      "--requestheader-group-headers=X-Remote-Group",
      "--requestheader-extra-headers-prefix=X-Remote-Extra-",
      "--authorization-mode=Node,RBAC",
      "--enable-admission-plugins=NodeRestriction",
      `--kubelet-client-certificate=${client.certificate}`,
      `--kubelet-client-key=${client.key}`,
      "--kubelet-preferred-address-types=InternalIP",
    ];
  }

  get authorityPem(): string {
    return this.authority.pem;
  }

  async start(plane: Surroundings): Promise<void> {
    this.plane = plane;
    const { folder, resolver } = this.options;
    const around = {
      folder: path.join(plane.folder, "nodes"),
      fabric: this.fabric,
      cgroups: await Cgroups.find(path.basename(folder)),
      programs: this.programs,
      authority: this.authority,
      resolver,
      kubeconfigOf: plane.kubeconfigOf,
      fail: plane.fail,
    };
    const nodes = this.places.map((place) => new Node(place, around));
    const store = await this.imageStore;
    this.stopping.signal.throwIfAborted();
    this.all.push(...nodes);
    await Promise.all([
      ...systemObjects(resolver).map(({ path: where, object }) => plane.api.create(where, object)),
      ...nodes.map(async (node) => {
        await node.install(nodes.filter((other) => other !== node));
        await store.give(node.disk);
        this.stopping.signal.throwIfAborted();
        await node.start();
      }),
    ]);
  }

  /** Waits for DNS and for the agent of network policies on every node. */
  async settle(): Promise<void> {
    await untilSystemRuns(this.plane.api, this.places.length, this.stopping.signal);
  }

  /** Cuts the power of all its nodes at once. */
  async loseZone(zone: string): Promise<string> {
    const nodes = this.inZone(zone);
    const pids = nodes.map(({ pid }) => pid);
    await Promise.all(nodes.map((node) => node.cutPower()));
    const left = pids.filter(isAlive);
    if (left.length > 0) throw new Error(`${zone} lives on as process ${left.join(" and ")}`);
    return `the first processes of ${zone}'s nodes, ${pids.join(" and ")}, were killed with everything in them`;
  }

  /** Starts its nodes again, with the disks that they had. */
  async restoreZone(zone: string): Promise<void> {
    await Promise.all(this.inZone(zone).map((node) => node.start()));
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await Promise.all(this.all.map((node) => node.cutPower()));
  }

  private inZone(zone: string): Node[] {
    return this.all.filter((node) => node.zone === zone);
  }
}
