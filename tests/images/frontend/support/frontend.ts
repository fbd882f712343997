import { spawn, type ChildProcess } from "node:child_process";
import { EventEmitter, once } from "node:events";
import { createInterface } from "node:readline";
import { built } from "./built";

/** The program of the image, running as in its pod: a process of its own, without arguments. */
export class Frontend {
  private constructor(
    private readonly child: ChildProcess,
    readonly port: number,
    /** Its log so far. */
    readonly lines: { level: string; message: string }[],
    /** The exit code, once it has ended. */
    readonly ended: Promise<number | null>,
    private readonly events: EventEmitter,
  ) {}

  static async start(port = "0"): Promise<Frontend> {
    // By node:child_process: a pod has no variable of this process.
    const child = spawn(process.execPath, [`${await built()}/frontend.cjs`], {
      env: { PORT: port },
      stdio: ["ignore", "pipe", "inherit"],
    });
    const ended = once(child, "close").then(([code]) => code as number | null);
    const lines: Frontend["lines"] = [];
    const events = new EventEmitter();
    const listening = new Promise<number>((resolve) =>
      createInterface({ input: child.stdout! }).on("line", (text) => {
        const line = JSON.parse(text) as { level: string; message: string; port: number };
        lines.push(line);
        events.emit("line");
        if (line.message === "serving") resolve(line.port);
      }),
    );
    const failed = ended.then((code) => {
      throw new Error(`the frontend ended with ${code}: ${JSON.stringify(lines)}`);
    });
    failed.catch(() => {});
    return new Frontend(child, await Promise.race([listening, failed]), lines, ended, events);
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  get pid(): number {
    return this.child.pid!;
  }

  /** Waits until it has logged this message. */
  async logged(message: string): Promise<void> {
    while (!this.lines.some((line) => line.message === message)) await once(this.events, "line");
  }

  signal(name: NodeJS.Signals): void {
    this.child.kill(name);
  }

  async stop(): Promise<void> {
    this.signal("SIGKILL");
    await this.ended;
  }
}
