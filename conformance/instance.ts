import type { ChildProcess } from "node:child_process";
import { lookup } from "node:dns/promises";
import { once } from "node:events";
import { closeSync, openSync, readFileSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { Failure, UsageError } from "../lib/ends";
import { start } from "../lib/processes";
import { Proxy } from "./proxy";

/** How long an image may take to start, s: half a minute of start-up probes, and some. */
const startSeconds = 60;

/** The proxies that steer what an image depends on; none where its environment names no server. */
export interface Steering {
  database?: Proxy;
  cache?: Proxy;
}

/** What runs a team's image: its start command, behind proxies, as often as a check wants it. */
export class Launcher {
  private constructor(
    private readonly command: string,
    readonly steering: Steering,
    private readonly environment: NodeJS.ProcessEnv,
    private readonly folder: string,
    private readonly namesFile: string | undefined,
  ) {}

  /** Puts the proxies up, by `DATABASE_HOST`, `CACHE_HOST` and their ports in the environment. */
  static async create(command: string, environment = process.env): Promise<Launcher> {
    const steering: Steering = {};
    const changed: Record<string, string> = {};
    const elsewhere: string[] = [];
    for (const [part, name, usual] of [
      ["database", "DATABASE", 5432],
      ["cache", "CACHE", 6379],
    ] as const) {
      const host = environment[`${name}_HOST`];
      if (!host) continue;
      const { address } = await lookup(host, 4).catch(() => {
        throw new UsageError(`${name}_HOST: ${host} has no IPv4 address`);
      });
      const port = Number(environment[`${name}_PORT`] || usual);
      const local = address.startsWith("127.");
      const proxy = await Proxy.before({ host: address, port }, local ? address : "127.0.0.1");
      steering[part] = proxy;
      // The certificate is verified by the host's name, so the name stays and the port moves.
      changed[`${name}_PORT`] = String(proxy.port);
      if (!local) elsewhere.push(host);
    }
    const folder = await mkdtemp(path.join(tmpdir(), "conformance-"));
    const namesFile = elsewhere.length > 0 ? await namesOf(elsewhere, folder) : undefined;
    return new Launcher(command, steering, { ...environment, ...changed }, folder, namesFile);
  }

  /**
   * Starts the command on a free port, and waits until it serves.
   *
   * @throws Failure with the end of what it printed when it does not.
   */
  async start(signal?: AbortSignal): Promise<Instance> {
    const port = await freePort();
    const log = path.join(this.folder, `${port}.log`);
    const file = openSync(log, "a");
    const script = `exec ${this.command}`;
    const [program, ...args] = this.namesFile
      ? [...withNames, `mount --bind "$0" /etc/hosts && ${script}`, this.namesFile]
      : ["sh", "-c", script];
    const process = await start(program!, args, {
      env: { ...this.environment, PORT: String(port) },
      stdio: ["ignore", file, file],
    });
    closeSync(file);
    const instance = new Instance(process, `http://127.0.0.1:${port}`, log);
    try {
      await instance.serves(signal);
      return instance;
    } catch (error) {
      await instance.kill();
      throw error;
    }
  }

  async stop(): Promise<void> {
    await Promise.all(Object.values(this.steering).map((proxy: Proxy) => proxy.stop()));
    await rm(this.folder, { recursive: true });
  }
}

/** One process of the image. */
export class Instance {
  constructor(
    private readonly process: ChildProcess,
    /** Without a slash at the end. */
    readonly url: string,
    private readonly log: string,
  ) {}

  get ended(): boolean {
    return this.process.exitCode !== null || this.process.signalCode !== null;
  }

  /** What the platform sends first. */
  terminate(): void {
    this.process.kill("SIGTERM");
  }

  /** Its exit code or signal, undefined when it still runs after so many seconds. */
  async end(seconds: number): Promise<string | undefined> {
    const signal = AbortSignal.timeout(seconds * 1000);
    if (!this.ended) await once(this.process, "exit", { signal }).catch(() => {});
    if (!this.ended) return undefined;
    return String(this.process.exitCode ?? this.process.signalCode);
  }

  async kill(): Promise<void> {
    this.process.kill("SIGKILL");
    await this.end(10);
  }

  /** @internal */
  async serves(signal?: AbortSignal): Promise<void> {
    const until = Date.now() + startSeconds * 1000;
    while (Date.now() < until) {
      if (this.ended) throw new Failure(`the command ended at its start:\n${this.endOfLog()}`);
      signal?.throwIfAborted();
      const answer = await fetch(`${this.url}/health/serving`).catch(() => undefined);
      await answer?.body?.cancel();
      if (answer?.ok) return;
      await wait(50);
    }
    throw new Failure(
      `/health/serving did not answer 200 within ${startSeconds} s of the command's start:\n${this.endOfLog()}`,
    );
  }

  private endOfLog(): string {
    return readFileSync(this.log, "utf8").split("\n").slice(-15).join("\n");
  }
}

/** A mount namespace of its own: only the command sees the names. */
const withNames = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c"];

/** A file of names in which these hosts are this machine. */
async function namesOf(hosts: string[], folder: string): Promise<string> {
  const file = path.join(folder, "hosts");
  const lines = hosts.map((host) => `127.0.0.1 ${host}\n`).join("");
  await writeFile(file, lines + (await readFile("/etc/hosts", "utf8")));
  return file;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await once(server.listen(0, "127.0.0.1"), "listening");
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
