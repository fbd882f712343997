import { writeFile } from "node:fs/promises";
import { output } from "../../lib/processes";

/** The sandbox's own side of its cable to the router. */
const sandboxAddress = "198.18.0.2";

/**
 * A router between the laboratory and its database servers, each in a network namespace of its own.
 * A partition is a router that drops packets silently, as when a zone is lost. What the router does
 * not know is the sandbox's: nodes and pods, where there are any.
 *
 * Addresses are of 198.18.0.0/15, reserved for tests between isolated networks (RFC 2544), unless a
 * host is given one.
 */
export class Network {
  private readonly hosts = new Map<string, string>();

  private constructor() {}

  static async create(): Promise<Network> {
    const network = new Network();
    await ip("netns", "add", "router");
    const forward = ["sysctl", "-qw", "net.ipv4.ip_forward=1"];
    await ip("netns", "exec", "router", ...forward);
    await writeFile("/proc/sys/net/ipv4/ip_forward", "1");
    await network.link("laboratory", 0, sandboxAddress);
    await ip("-n", "router", "route", "add", "default", "via", sandboxAddress, "dev", "from-0");
    return network;
  }

  /**
   * Adds a host and returns its address. Processes get there through {@link inside}.
   *
   * @param address such as one that the plan's network policies admit; by default 198.18.N.2
   */
  async add(host: string, address?: string): Promise<string> {
    const number = this.hosts.size + 1;
    const its = address ?? `198.18.${number}.2`;
    this.hosts.set(host, its);
    await ip("netns", "add", host);
    await ip("-n", host, "link", "set", "lo", "up");
    await this.link(host, number, its);
    await ip("-n", host, "route", "add", "default", "via", `198.18.${number}.1`);
    await ip("route", "add", its, "via", "198.18.0.1");
    return its;
  }

  /** Command prefix that runs a program on that host. */
  inside(host: string): string[] {
    return ["nsenter", `--net=/run/netns/${host}`, "--"];
  }

  /** Drops every packet from and to the host from now on; neither side is told. */
  async cut(host: string): Promise<void> {
    const address = this.address(host);
    await ip("-n", "router", "rule", "add", "from", address, "blackhole");
    await ip("-n", "router", "rule", "add", "to", address, "blackhole");
  }

  /** Undoes {@link cut}. */
  async heal(host: string): Promise<void> {
    const address = this.address(host);
    await ip("-n", "router", "rule", "del", "from", address, "blackhole");
    await ip("-n", "router", "rule", "del", "to", address, "blackhole");
  }

  /** Drops every packet between the sandbox's own side and the host; to all others it is as before. */
  async part(host: string): Promise<void> {
    await this.between(host, "add");
  }

  /** Undoes {@link part}. */
  async join(host: string): Promise<void> {
    await this.between(host, "del");
  }

  /** Bytes that local sockets have sent to the host and that its kernel has not acknowledged. */
  async unacknowledgedBytes(host: string): Promise<number> {
    const sockets = await output("ss", ["-Htn", "dst", this.address(host)]);
    return sockets
      .split("\n")
      .map((line) => Number(line.trim().split(/\s+/)[2] ?? 0))
      .reduce((sum, sendQueue) => sum + sendQueue, 0);
  }

  private async between(host: string, change: "add" | "del"): Promise<void> {
    const address = this.address(host);
    for (const [from, to] of [
      [address, sandboxAddress],
      [sandboxAddress, address],
    ])
      await ip("-n", "router", "rule", change, "from", from!, "to", to!, "blackhole");
  }

  private address(host: string): string {
    const address = this.hosts.get(host);
    if (!address) throw new Error(`no host ${host} in the laboratory's network`);
    return address;
  }

  /** A cable from the router's 198.18.N.1 to the host. */
  private async link(host: string, number: number, address: string): Promise<void> {
    const near = `to-${number}`;
    const far = `from-${number}`;
    const router = `198.18.${number}.1`;
    await ip("link", "add", near, "type", "veth", "peer", "name", far, "netns", "router");
    const at = number === 0 ? [] : ["-n", host];
    if (number !== 0) await ip("link", "set", near, "netns", host);
    // Two addresses and nothing else on the cable: they need not be of one range.
    await ip("-n", "router", "address", "add", router, "peer", address, "dev", far);
    await ip("-n", "router", "link", "set", far, "up");
    await ip(...at, "address", "add", address, "peer", router, "dev", near);
    await ip(...at, "link", "set", near, "up");
  }
}

async function ip(...args: string[]): Promise<void> {
  await output("ip", args);
}
