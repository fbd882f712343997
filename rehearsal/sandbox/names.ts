import { once } from "node:events";
import path from "node:path";
import {
  MessageChannel,
  receiveMessageOnPort,
  Worker,
  type MessagePort,
} from "node:worker_threads";
import type { Move, ResolverData } from "./resolver";

/**
 * The laboratory's DNS: the records, and before them a resolver
 * that believes each for its time to live, as CoreDNS and the VPC's resolver do. A name with several
 * addresses answers with all of them, each time another one first.
 */
export class Names {
  private constructor(
    private readonly resolver: Worker,
    private readonly port: MessagePort,
    private readonly made: Int32Array,
  ) {}

  /** @param address by default only the sandbox's own loopback; 0.0.0.0: every address of it */
  static async start(address = "127.0.0.1"): Promise<Names> {
    const { port1, port2 } = new MessageChannel();
    const made = new Int32Array(new SharedArrayBuffer(4));
    const workerData: ResolverData = { address, port: port2, made };
    const resolver = new Worker(path.join(__dirname, "resolver.ts"), {
      workerData,
      transferList: [port2],
    });
    await once(resolver, "message");
    for (const thread of [resolver, port1]) thread.unref();
    return new Names(resolver, port1, made);
  }

  /**
   * Moves a name; it has moved when this returns.
   * @returns milliseconds for which the resolver's cache still gives the old answer
   */
  set(name: string, timeToLive: number, addresses: string[]): number {
    const move: Move = { name: name.toLowerCase(), timeToLive, addresses };
    Atomics.store(this.made, 0, 0);
    this.port.postMessage(move);
    Atomics.wait(this.made, 0, 0);
    return receiveMessageOnPort(this.port)!.message as number;
  }

  close(): void {
    void this.resolver.terminate();
  }
}
