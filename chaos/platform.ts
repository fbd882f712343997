import { mkdir } from "node:fs/promises";
import path from "node:path";
import type { Plan } from "../plan/plan";
import { localReleases, objectsOf, zonesOf, type PlannedRelease } from "../plan/releases";
import { claim, type Claim } from "../lib/claim";
import { ControlPlane } from "../rehearsal/control-plane/control-plane";
import type { Say } from "../rehearsal/drill";
import { fabricAddress } from "../rehearsal/nodes/addresses";
import type { ImageArchive } from "../rehearsal/nodes/image-store";
import { RealNodes } from "../rehearsal/nodes/real-nodes";
import { Names } from "../rehearsal/sandbox/names";
import { Network } from "../rehearsal/sandbox/network";
import { ManagedServices } from "../rehearsal/services/managed-services";
import { Helm } from "../rehearsal/workloads/helm";
import { apply, install } from "../rehearsal/workloads/installation";
import { Workloads } from "../rehearsal/workloads/workloads";

/** Seconds from nothing to every planned replica serving, with images and programs at hand. */
const upLimit = 60;
/** Seconds after which replicas are given up that are not there though Helm is content. */
const steadyLimit = 180;

/** What is brought up. */
export interface PlatformOptions {
  plan: Plan;
  /** An empty folder in memory. */
  folder: string;
  /** What pods can run, by the names that the charts render. */
  images: ImageArchive[];
  /** By default those whose charts are in this project. */
  releases?: PlannedRelease[];
  /** Names of definitions of resources that a release brings: no stand-in is made for them. */
  brought?: string[];
  /** What is in Secrets that the plan keeps sealed and no managed service has, by their names. */
  secrets?: Record<string, Record<string, string>>;
  /** Called when there are nodes and services and nothing is installed yet. */
  prepared?: (platform: Platform) => Promise<void>;
}

/** A plan's releases, run whole: containers on real nodes, in front of what AWS would run. */
export class Platform {
  private constructor(
    readonly plan: Plan,
    readonly folder: string,
    readonly network: Network,
    readonly names: Names,
    readonly nodes: RealNodes,
    readonly plane: ControlPlane,
    readonly services: ManagedServices,
    readonly workloads: Workloads,
    readonly helm: Helm,
  ) {}

  /** Brings everything up inside a sandbox, whose end takes it away again. */
  static async start(options: PlatformOptions, say: Say) {
    const { plan, folder, images, brought, prepared } = options;
    const { releases = localReleases(plan), secrets = {} } = options;
    const since = performance.now();
    const names = await Names.start("0.0.0.0");
    const network = await Network.create();
    const zones = zonesOf(plan);
    const nodes = new RealNodes({ zones, images, resolver: fabricAddress, folder });
    say("starting three nodes, the database, the cache and the bucket");
    const outside = path.join(folder, "services");
    await mkdir(outside);
    const [plane, services] = await Promise.all([
      ControlPlane.start({ nodes, brought, parent: folder }),
      ManagedServices.start(plan, { folder: outside, network, names }),
    ]);
    const workloads = await Workloads.follow(plane.api);
    plane.failure.catch((error: Error) => workloads.end(error));
    const helm = new Helm(plane.kubeconfig, plane.folder);
    const platform = new Platform(
      plan,
      folder,
      network,
      names,
      nodes,
      plane,
      services,
      workloads,
      helm,
    );
    services.secrets.add(secrets);
    await prepared?.(platform);
    return { platform, claims: await platform.install(releases, since, say) };
  }

  /** Where load balancers log, for whoever looks into a failure. */
  get accessLog(): string {
    return path.join(this.folder, "access.log");
  }

  private async install(releases: PlannedRelease[], since: number, say: Say): Promise<Claim[]> {
    const { plane, helm, workloads, services } = this;
    const nodesReady = plane.readySeconds;
    const { kubeconfig } = plane;
    await apply({ kubeconfig }, services.environments());
    const objects = services.objects(objectsOf(this.plan));
    const claims = await install({ kubeconfig, helm, objects, releases, kind: "measured" }, say);
    say("waiting for all replicas");
    await workloads.until(() => workloads.unsteady(), steadyLimit);
    return [
      claim({
        id: "up.nodes-ready.seconds",
        claim: `A control plane and three real nodes in three zones are Ready`,
        value: nodesReady,
        unit: "s",
        limit: upLimit / 2,
      }),
      ...claims,
      claim({
        id: "up.seconds",
        claim: "From nothing to every replica of the planned releases serving",
        value: (performance.now() - since) / 1000,
        unit: "s",
        limit: upLimit,
      }),
    ];
  }
}
