import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { connect } from "node:net";
import { output, start } from "../../lib/processes";
import { tool } from "../../tools";
import { nodePrograms } from "../../rehearsal/nodes/programs";
import type { Network } from "../../rehearsal/sandbox/network";

const queue = "7";
/** Debian's iptables, which this machine need not have, over the system's own folder. */
const withIptables = 'mount -t overlay overlay -o "lowerdir=$0/usr:/usr" /usr && exec "$@"';

/** Holds every packet to some hosts of the sandbox's network for a while. */
export class Latency {
  private constructor(
    private readonly network: Network,
    private readonly addresses: string[],
    private readonly program: ChildProcess,
  ) {}

  /** From now on every packet to these addresses takes so many milliseconds longer. */
  static async start(network: Network, addresses: string[], milliseconds: number) {
    const [command = "", ...inside] = network.inside("router");
    const args = [...inside, await tool("packet-delay"), "-queue", queue, "-delay"];
    const program = await start(command, [...args, `${milliseconds}ms`], { stdio: "ignore" });
    const latency = new Latency(network, addresses, program);
    for (const address of addresses) await latency.rule("-A", address);
    return latency;
  }

  async stop(): Promise<void> {
    for (const address of this.addresses) await this.rule("-D", address);
    const gone = once(this.program, "exit");
    this.program.kill("SIGKILL");
    await gone;
  }

  private async rule(action: "-A" | "-D", address: string): Promise<void> {
    const rule = ["-d", address, "-j", "NFQUEUE", "--queue-num", queue, "--queue-bypass"];
    const iptables = ["iptables", "-w", "-t", "mangle", action, "FORWARD", ...rule];
    const inside = [...this.network.inside("router"), ...iptables];
    const { sysroot } = await nodePrograms();
    await output("unshare", ["--mount", "sh", "-c", withIptables, sysroot, ...inside]);
  }
}

/** Milliseconds that a connection takes: proof of a delay. */
export async function connectTime(host: string, port: number): Promise<number> {
  const since = performance.now();
  const socket = connect(port, host);
  await once(socket, "connect");
  socket.destroy();
  return performance.now() - since;
}
