import { createServer, connect, type AddressInfo, type Server, type Socket } from "node:net";

/**
 * A TCP path to a server, on which a fault can be put: bytes come late, or not at all. What it
 * leaves out: the kernel at this end still acknowledges, so a black hole looks like a silent server.
 */
export class Link {
  /** Added to every piece, each way, in milliseconds. */
  delay = 0;
  /** Pieces that were held back or dropped: proof that the fault struck. */
  struck = 0;
  private silent = false;
  private readonly sockets = new Set<Socket>();

  private constructor(private readonly server: Server) {}

  static async to(port: number, host: string): Promise<Link> {
    const server = createServer((client) => link.carry(client, connect(port, host)));
    const link = new Link(server);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return link;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /** From now on nothing arrives, and nobody hears that. */
  cut(): void {
    this.silent = true;
  }

  /** Carries again; connections from before are gone. */
  restore(): void {
    this.silent = false;
    this.delay = 0;
    for (const socket of this.sockets) socket.destroy();
  }

  async close(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private carry(client: Socket, server: Socket): void {
    for (const [from, to] of [
      [client, server],
      [server, client],
    ] as const) {
      this.sockets.add(from);
      from.on("error", () => undefined);
      from.once("close", () => {
        this.sockets.delete(from);
        to.destroy();
      });
      from.on("data", (piece) => this.pass(to, piece));
    }
  }

  private pass(to: Socket, piece: Buffer): void {
    if (this.silent || this.delay > 0) this.struck++;
    if (this.silent) return;
    if (this.delay === 0) to.write(piece);
    else setTimeout(() => to.write(piece), this.delay);
  }
}
