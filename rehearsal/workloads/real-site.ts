import { mkdir } from "node:fs/promises";
import path from "node:path";
import { output } from "../../lib/processes";
import type { Plan } from "../../plan/plan";
import { zonesOf, type PlannedObject } from "../../plan/releases";
import { fabricAddress } from "../nodes/addresses";
import type { ImageArchive } from "../nodes/image-store";
import { RealNodes } from "../nodes/real-nodes";
import { Names } from "../sandbox/names";
import { Network } from "../sandbox/network";
import { ManagedServices } from "../services/managed-services";
import { addressesIn } from "../services/subnets";
import type { Site } from "./site";
import { Writer } from "./writer";

/** Enough that a drained node's pods find another one in the same zone. */
const nodesPerZone = 2;

/** Real nodes, in front of what AWS would run outside of a cluster. Only inside a sandbox. */
export class RealSite implements Site {
  readonly kind = "measured";
  readonly writer: Writer;

  private constructor(
    private readonly plan: Plan,
    readonly folder: string,
    private readonly images: ImageArchive[],
    private readonly services: ManagedServices,
    address: string,
  ) {
    this.writer = new Writer(services, address);
  }

  /**
   * Starts database, cache and bucket. They end with the sandbox.
   *
   * @param folder the sandbox's
   * @param images what pods can run, by the names that the charts render
   */
  static async start(plan: Plan, folder: string, images: ImageArchive[]): Promise<RealSite> {
    const names = await Names.start("0.0.0.0");
    const network = await Network.create();
    const outside = path.join(folder, "services");
    await mkdir(outside);
    const services = await ManagedServices.start(plan, { folder: outside, network, names });
    // Where the load balancer would be: the pods' network policies let it in.
    const address = addressesIn(plan, "public", 10)[0]!;
    await output("ip", ["address", "replace", `${address}/32`, "dev", "lo"]);
    return new RealSite(plan, folder, images, services, address);
  }

  /**
   * The first zone's nodes have twice the memory, so that a scheduler free to choose puts everything
   * there: only what a chart requires keeps replicas apart.
   */
  nodes(): RealNodes {
    const { plan, folder, images } = this;
    const zones = zonesOf(plan);
    const shares = zones.map((_, index) => (index === 0 ? 2 : 1));
    return new RealNodes({ zones, nodesPerZone, shares, images, resolver: fabricAddress, folder });
  }

  objects(planned: PlannedObject[]): PlannedObject[] {
    return this.services.objects(planned);
  }

  environments(): object[] {
    return this.services.environments();
  }
}
