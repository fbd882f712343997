import { createServer, type Server, type TLSSocket } from "node:tls";
import type { AddressInfo } from "node:net";

/**
 * Stands in for Valkey: the few commands that the backend sends, over TLS, with a token. It leaves
 * out expiry, eviction, persistence, replication and everything else.
 */
export class CacheStandIn {
  readonly values = new Map<string, string>();
  private readonly sockets = new Set<TLSSocket>();
  private readonly subscribers = new Set<TLSSocket>();

  private constructor(
    private readonly server: Server,
    private readonly token: string,
  ) {}

  static async start(identity: { cert: string; key: string }, token: string) {
    const server = createServer(identity, (socket) => cache.serve(socket));
    const cache = new CacheStandIn(server, token);
    await cache.listen(0);
    return cache;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /** Nobody listens any more, and all connections are cut. */
  async stop(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await new Promise((resolve) => this.server.close(resolve));
  }

  async listen(port: number): Promise<void> {
    await new Promise<void>((resolve) => this.server.listen(port, "127.0.0.1", resolve));
  }

  private serve(socket: TLSSocket): void {
    this.sockets.add(socket);
    let authenticated = false;
    let text = "";
    socket.on("error", () => undefined);
    socket.once("close", () => {
      this.sockets.delete(socket);
      this.subscribers.delete(socket);
    });
    socket.setEncoding("latin1").on("data", (piece: string) => {
      text += piece;
      for (let read = next(text); read; read = next(text)) {
        text = text.slice(read.length);
        const [name = "", ...args] = read.words;
        const command = name.toLowerCase();
        if (command === "auth") authenticated = args.at(-1) === this.token;
        const answer =
          authenticated || command === "auth"
            ? this.answer(command, args, socket, authenticated)
            : "-NOAUTH\r\n";
        socket.write(answer, "latin1");
      }
    });
  }

  private answer(command: string, args: string[], socket: TLSSocket, isKnown: boolean): string {
    const bulk = (value: string | undefined) =>
      value === undefined ? "$-1\r\n" : `$${value.length}\r\n${value}\r\n`;
    const [key = "", value = ""] = args;
    switch (command) {
      case "auth":
        return isKnown ? "+OK\r\n" : "-WRONGPASS\r\n";
      case "info":
        return bulk("loading:0\r\n");
      case "ping":
        return "+PONG\r\n";
      case "get":
        return bulk(this.values.get(key));
      case "set":
        this.values.set(key, value);
        return "+OK\r\n";
      case "del":
        return `:${this.values.delete(key) ? 1 : 0}\r\n`;
      case "subscribe":
        this.subscribers.add(socket);
        return `*3\r\n${bulk("subscribe")}${bulk(key)}:1\r\n`;
      case "publish":
        for (const subscriber of this.subscribers)
          subscriber.write(`*3\r\n${bulk("message")}${bulk(key)}${bulk(value)}`, "latin1");
        return `:${this.subscribers.size}\r\n`;
      default:
        return "+OK\r\n";
    }
  }
}

/** The first whole command of a stream: an array of bulk strings. */
function next(text: string): { words: string[]; length: number } | undefined {
  const head = /^\*(\d+)\r\n/.exec(text);
  if (!head) return undefined;
  let at = head[0].length;
  const words: string[] = [];
  for (let left = Number(head[1]); left > 0; left--) {
    const size = /^\$(\d+)\r\n/.exec(text.slice(at));
    if (!size) return undefined;
    at += size[0].length;
    const end = at + Number(size[1]);
    if (text.length < end + 2) return undefined;
    words.push(text.slice(at, end));
    at = end + 2;
  }
  return { words, length: at };
}
