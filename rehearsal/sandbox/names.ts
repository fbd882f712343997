import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { decode, encode, type Answer } from "dns-packet";

interface Records {
  addresses: string[];
  /** Seconds for which the resolver believes them. */
  timeToLive: number;
}

/**
 * The laboratory's DNS: the records, and before them a resolver
 * that believes each for its time to live, as CoreDNS and the VPC's resolver do. A name with several
 * addresses answers with all of them, each time another one first.
 */
export class Names {
  private readonly records = new Map<string, Records>();
  private readonly cache = new Map<string, Records & { until: number }>();
  private turn = 0;

  private constructor(private readonly socket: Socket) {
    socket.on("message", (message, from) => {
      const answer = this.answer(message);
      if (answer) socket.send(answer, from.port, from.address);
    });
  }

  /** @param address by default only the sandbox's own loopback; 0.0.0.0: every address of it */
  static async start(address = "127.0.0.1"): Promise<Names> {
    const socket = createSocket("udp4");
    socket.bind(53, address);
    await once(socket, "listening");
    return new Names(socket);
  }

  /**
   * Moves a name.
   * @returns milliseconds for which the resolver's cache still gives the old answer
   */
  set(name: string, timeToLive: number, addresses: string[]): number {
    this.records.set(name.toLowerCase(), { addresses, timeToLive });
    const until = this.cache.get(name.toLowerCase())?.until ?? 0;
    return Math.max(0, until - performance.now());
  }

  close(): void {
    this.socket.close();
  }

  private resolve(name: string): Records | undefined {
    const now = performance.now();
    const cached = this.cache.get(name);
    if (cached && cached.until > now)
      return { ...cached, timeToLive: Math.ceil((cached.until - now) / 1000) };
    const found = this.records.get(name);
    if (found) this.cache.set(name, { ...found, until: now + found.timeToLive * 1000 });
    return found;
  }

  private answer(message: Buffer): Buffer | undefined {
    const query = decode(message);
    const question = query.questions?.[0];
    if (!question) return undefined;
    const { name, type } = question;
    const found = this.resolve(name.toLowerCase());
    const { addresses = [], timeToLive: ttl = 0 } = found ?? {};
    const first = this.turn++ % (addresses.length || 1);
    const rotated = [...addresses.slice(first), ...addresses.slice(0, first)];
    return encode({
      type: "response",
      id: query.id,
      // 0x80 recursion available; 3 no such name
      flags: 0x80 | ((query.flags ?? 0) & 0x100) | (found ? 0 : 3),
      questions: [question],
      answers: type === "A" ? rotated.map((data): Answer => ({ type, name, ttl, data })) : [],
    });
  }
}
