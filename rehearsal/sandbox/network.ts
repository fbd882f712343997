import { execFileSync } from "node:child_process";

/**
 * A router between the laboratory and its database servers, each in a network namespace of its own.
 * A partition is a router that forgets packets: nobody is told, as when a zone is lost.
 *
 * Addresses are of 198.18.0.0/15, kept for tests between isolated networks (RFC 2544).
 */
export class Network {
  private readonly hosts = new Map<string, string>();

  constructor() {
    ip("netns", "add", "router");
    forward("router");
    this.link("laboratory", 0);
    ip("route", "add", "198.18.0.0/16", "via", "198.18.0.1");
  }

  /** Adds a host and returns its address. Processes get there through {@link inside}. */
  add(host: string): string {
    const number = this.hosts.size + 1;
    ip("netns", "add", host);
    ip("-n", host, "link", "set", "lo", "up");
    this.link(host, number);
    ip("-n", host, "route", "add", "default", "via", `198.18.${number}.1`);
    const address = `198.18.${number}.2`;
    this.hosts.set(host, address);
    return address;
  }

  /** The words before a command that make it run on that host. */
  inside(host: string): string[] {
    return ["nsenter", `--net=/run/netns/${host}`, "--"];
  }

  /** From now on every packet from and to the host is dropped, without a word to either side. */
  cut(host: string): void {
    const address = this.address(host);
    ip("-n", "router", "rule", "add", "from", address, "blackhole");
    ip("-n", "router", "rule", "add", "to", address, "blackhole");
  }

  /** Undoes {@link cut}. */
  heal(host: string): void {
    const address = this.address(host);
    ip("-n", "router", "rule", "del", "from", address, "blackhole");
    ip("-n", "router", "rule", "del", "to", address, "blackhole");
  }

  /** Bytes that local sockets have sent to the host and that its kernel has not acknowledged. */
  unacknowledgedBytes(host: string): number {
    const sockets = execFileSync("ss", ["-Htn", "dst", this.address(host)], { encoding: "utf8" });
    return sockets
      .split("\n")
      .map((line) => Number(line.trim().split(/\s+/)[2] ?? 0))
      .reduce((sum, sendQueue) => sum + sendQueue, 0);
  }

  private address(host: string): string {
    const address = this.hosts.get(host);
    if (!address) throw new Error(`no host ${host} in the laboratory's network`);
    return address;
  }

  /** A cable from the router's 198.18.N.1 to the host's 198.18.N.2. */
  private link(host: string, number: number): void {
    const near = `to-${number}`;
    const far = `from-${number}`;
    ip("link", "add", near, "type", "veth", "peer", "name", far, "netns", "router");
    ip("-n", "router", "address", "add", `198.18.${number}.1/24`, "dev", far);
    ip("-n", "router", "link", "set", far, "up");
    const at = number === 0 ? [] : ["-n", host];
    if (number !== 0) ip("link", "set", near, "netns", host);
    ip(...at, "address", "add", `198.18.${number}.2/24`, "dev", near);
    ip(...at, "link", "set", near, "up");
  }
}

function ip(...args: string[]): void {
  execFileSync("ip", args, { stdio: ["ignore", "ignore", "pipe"] });
}

function forward(namespace: string): void {
  execFileSync("ip", ["netns", "exec", namespace, "sysctl", "-qw", "net.ipv4.ip_forward=1"]);
}
