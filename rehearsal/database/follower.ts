import type { ChildProcess, StdioOptions } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { start } from "../../lib/processes";
import { bundle } from "../images/bundle";
import { unprivileged } from "../sandbox/unprivileged";
import type { PgBouncer } from "./pgbouncer";
import type { Login } from "./logins";

/** One line that the program logged. Times are on this process's clock, in milliseconds. */
export interface Said {
  /** As the program says. */
  at: number;
  /** When it was read here. */
  heard: number;
  message: string;
  to?: string;
}

/** What the program needs beside a pooler. */
export interface FollowerSurroundings {
  /** The chart's environment of its container. */
  environment: Record<string, string>;
  endpoints: string[];
  login: Login;
  /** File of the authority that signed the servers' certificates. */
  authority: string;
  /** File that Node.js loads before the program. */
  preload?: string;
}

/** The program of images/pooler as its image has it, beside one PgBouncer, with the chart's environment. */
export class Follower {
  readonly said: Said[] = [];

  private constructor(
    private readonly process: ChildProcess,
    /** What it was started with. */
    readonly environment: Record<string, string | undefined>,
  ) {
    createInterface({ input: process.stdout! }).on("line", (line) => {
      const { time, ...said } = JSON.parse(line) as Omit<Said, "at" | "heard"> & { time: string };
      const at = Date.parse(time) - performance.timeOrigin;
      this.said.push({ ...said, at, heard: performance.now() });
    });
  }

  /** @param metricsPort a port of its own: here all pods share one address */
  static async start(
    pooler: PgBouncer,
    around: FollowerSurroundings,
    metricsPort: number,
  ): Promise<Follower> {
    const program = await bundle(join(__dirname, "../../images/pooler/main.ts"));
    const options = around.preload ? ["--require", around.preload] : [];
    const [command = "", ...args] = [...unprivileged, process.execPath, ...options, program];
    const env = {
      ...around.environment,
      TOPOLOGY_CONFIG: join(pooler.sockets, "pgbouncer.ini"),
      TOPOLOGY_RUN: pooler.sockets,
      TOPOLOGY_ENDPOINTS: around.endpoints.join(" "),
      TOPOLOGY_USER: around.login.username,
      TOPOLOGY_PASSWORD: around.login.password,
      TOPOLOGY_CA_FILE: around.authority,
      TOPOLOGY_METRICS_PORT: String(metricsPort),
      PATH: process.env.PATH,
    };
    const stdio: StdioOptions = ["ignore", "pipe", "inherit"];
    return new Follower(await start(command, args, { env, stdio }), env);
  }

  /** When it first logged this of a host after a moment; undefined where it has not. */
  first(message: string, to: string, after: number): number | undefined {
    return this.said.find((line) => line.message === message && line.to === to && line.at >= after)
      ?.at;
  }

  get running(): boolean {
    return this.process.exitCode === null && this.process.signalCode === null;
  }

  /** SIGKILL: it puts nothing in order. */
  async kill(): Promise<void> {
    if (!this.running) return;
    const gone = once(this.process, "exit");
    this.process.kill("SIGKILL");
    await gone;
  }

  /** It stands still, and does not know it. */
  freeze(): void {
    this.process.kill("SIGSTOP");
  }

  thaw(): void {
    this.process.kill("SIGCONT");
  }
}
