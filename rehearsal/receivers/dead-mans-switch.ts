import { EventEmitter, once } from "node:events";
import { LocalServer } from "../../lib/http-server";

/**
 * A stand-in of a dead man's switch: whoever has called its address once has to go on calling.
 * The real ones tell somebody then; this one emits `tripped`, with the time in milliseconds.
 */
export class DeadMansSwitch extends EventEmitter<{ beat: [number]; tripped: [number] }> {
  /** When it was called, milliseconds. */
  readonly beats: number[] = [];
  private timer: NodeJS.Timeout | undefined;

  private constructor(
    private readonly server: LocalServer,
    /** The address to call, a secret. */
    readonly url: string,
  ) {
    super();
  }

  /**
   * @param waits how long it waits after a beat, seconds
   * @param address where it listens; the loopback interface's by default
   */
  static async start(waits: number, address?: string): Promise<DeadMansSwitch> {
    const server = await LocalServer.start((request, response) => {
      if (request.method !== "POST" || request.url !== "/ping") {
        response.writeHead(404).end("not found");
        return;
      }
      standIn.beat(waits);
      response.writeHead(200).end("OK");
    }, address);
    const standIn = new DeadMansSwitch(server, `${server.url}/ping`);
    return standIn;
  }

  /** The next beat's time. */
  async next(signal?: AbortSignal): Promise<number> {
    const [at] = (await once(this, "beat", { signal })) as [number];
    return at;
  }

  async stop(): Promise<void> {
    clearTimeout(this.timer);
    await this.server.stop();
  }

  private beat(waits: number): void {
    const now = Date.now();
    this.beats.push(now);
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.emit("tripped", Date.now()), waits * 1000);
    this.emit("beat", now);
  }
}
