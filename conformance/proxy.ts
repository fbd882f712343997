import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Server, type Socket } from "node:net";

/** Where a connection goes. */
export interface Address {
  host: string;
  port: number;
}

type Mode = "passing" | "held" | "cut";

/**
 * A TCP proxy before a server that the image depends on. It passes bytes on, so TLS stays between
 * the two of them; it can hold everything back, or cut every connection and refuse new ones.
 */
export class Proxy {
  private mode: Mode = "passing";
  private readonly pairs = new Set<[Socket, Socket]>();
  private touched = 0;

  private constructor(
    private readonly server: Server,
    private readonly upstream: Address,
  ) {}

  /** @param own the address of the loopback interface on which it listens */
  static async before(upstream: Address, own: string): Promise<Proxy> {
    const server = createServer();
    await once(server.listen(0, own), "listening");
    const proxy = new Proxy(server, upstream);
    server.on("connection", (client: Socket) => proxy.accept(client));
    return proxy;
  }

  /** The port on which it listens. */
  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /** How many connections or attempts the present fault has hit: the proof that there was one. */
  get hits(): number {
    return this.touched;
  }

  /** Lets everything pass again, what was held back first. */
  pass(): void {
    this.mode = "passing";
    for (const sockets of this.pairs) for (const socket of sockets) socket.resume();
  }

  /** No byte passes either way, and connections stay open: a server too slow to be of use. */
  hold(): void {
    this.mode = "held";
    this.touched = this.pairs.size;
    for (const sockets of this.pairs) for (const socket of sockets) socket.pause();
  }

  /** Resets every connection, and new ones as they come: a server that is gone. */
  cut(): void {
    this.mode = "cut";
    this.touched = this.pairs.size;
    for (const sockets of this.pairs) for (const socket of sockets) socket.resetAndDestroy();
  }

  async stop(): Promise<void> {
    for (const sockets of this.pairs) for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private accept(client: Socket): void {
    if (this.mode !== "passing") this.touched++;
    client.on("error", () => {});
    if (this.mode === "cut") return void client.resetAndDestroy();
    const server = connect(this.upstream);
    const pair: [Socket, Socket] = [client, server];
    this.pairs.add(pair);
    for (const [from, to] of [pair, [server, client] as const]) {
      from.setNoDelay(true);
      from.on("data", (bytes) => to.write(bytes));
      from.on("end", () => to.end());
      from.on("error", () => to.destroy());
      from.on("close", () => {
        to.destroy();
        this.pairs.delete(pair);
      });
      if (this.mode === "held") from.pause();
    }
  }
}
