import { access, writeFile } from "node:fs/promises";
import { output, run } from "../../lib/processes";
import { fabricAddress, nodeAddress, podRange, servicesRange } from "./addresses";

/**
 * The network between the nodes: a bridge in the sandbox's own network, which has an address on it
 * and leads to every pod. One cable for each node.
 */
export class Fabric {
  private readonly plugged = new Set<number>();

  private constructor() {}

  static async create(): Promise<Fabric> {
    // An earlier cluster's of this sandbox, whose nodes are gone.
    await run("ip", ["link", "delete", "fabric"]);
    const own = ["address", hardwareAddress(fabricAddress)];
    await ip("link", "add", "fabric", ...own, "type", "bridge");
    await ip("address", "add", `${fabricAddress}/24`, "dev", "fabric");
    await ip("link", "set", "fabric", "up");
    // Nodes' way to everything else in the sandbox.
    await writeFile("/proc/sys/net/ipv4/ip_forward", "1");
    const filtered = "/proc/sys/net/bridge/bridge-nf-call-iptables";
    const there = await access(filtered).then(
      () => true,
      () => false,
    );
    if (there) await writeFile(filtered, "0");
    return new Fabric();
  }

  /** Lays a cable to the network of process `pid`, where it is called eth0. */
  async connect(number: number, pid: number): Promise<void> {
    const cable = cableOf(number);
    // The kernel takes a moment to remove what a dead node's network held.
    await run("ip", ["link", "delete", cable]);
    const own = ["address", hardwareAddress(nodeAddress(number))];
    const far = ["peer", "name", "eth0", ...own, "netns", `${pid}`];
    await ip("link", "add", cable, "type", "veth", ...far);
    await ip("link", "set", cable, "master", "fabric", "up");
    await ip("route", "replace", podRange(number), "via", nodeAddress(number));
    this.plugged.add(number);
    await this.leadToServices();
  }

  /** A node lost its power, and with it its end of the cable. */
  async forget(number: number): Promise<void> {
    this.plugged.delete(number);
    await this.leadToServices();
  }

  /** Neither side is told but by its link; packets to the node are lost. */
  async cut(number: number): Promise<void> {
    await ip("link", "set", cableOf(number), "down");
    await this.forget(number);
  }

  /** Undoes {@link cut}. */
  async mend(number: number): Promise<void> {
    await ip("link", "set", cableOf(number), "up");
    this.plugged.add(number);
    await this.leadToServices();
  }

  /** Any node leads to a Service; a dead one to none. */
  private async leadToServices(): Promise<void> {
    const [number] = this.plugged;
    if (number === undefined) return;
    await ip("route", "replace", servicesRange, "via", nodeAddress(number));
  }
}

/**
 * What an address has on the wire, for good: a bridge would take the lowest of its cables', and another
 * one when that cable's node is lost, and a node that comes back would have another one. Neighbours go on
 * sending to the former for up to 40 s: the loss of one node would cut them all off.
 */
function hardwareAddress(address: string): string {
  const bytes = address.split(".").map((part) => Number(part).toString(16).padStart(2, "0"));
  return ["02", "00", ...bytes].join(":"); // 02: given by an administrator, to one network card
}

/** Name of the cable's end in the sandbox. */
export function cableOf(number: number): string {
  return `node-${number}`;
}

async function ip(...args: string[]): Promise<void> {
  await output("ip", args);
}
