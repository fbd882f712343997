import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { tool } from "../../../../tools";
import { freePort } from "./backend";

/** What a cache is known by: files of its certificate and key, and what clients have to present. */
export interface CacheIdentity {
  cert: string;
  key: string;
  token: string;
}

/** A real Redis, over TLS alone and with a token, as the stack's Valkey is; nothing goes to disk. */
export class CacheServer {
  private child: ChildProcess | undefined;

  private constructor(
    private readonly file: string,
    readonly port: number,
  ) {}

  /** One whose settings are in this folder, not started yet. */
  static async in(folder: string, { cert, key, token }: CacheIdentity): Promise<CacheServer> {
    const port = await freePort();
    const settings = [
      "bind 127.0.0.1",
      "port 0",
      `tls-port ${port}`,
      `tls-cert-file ${cert}`,
      `tls-key-file ${key}`,
      "tls-auth-clients no",
      `requirepass ${token}`,
      "maxmemory 64mb",
      "maxmemory-policy allkeys-lru",
      'save ""',
      `dir ${folder}`,
    ];
    // The token stays out of the list of processes.
    const file = join(folder, "redis.conf");
    await writeFile(file, `${settings.join("\n")}\n`, { mode: 0o600 });
    return new CacheServer(file, port);
  }

  /** Starts it, empty, and resolves when it takes connections. */
  async start(): Promise<void> {
    const child = spawn(await tool("redis-server"), [this.file], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    this.child = child;
    await new Promise<void>((resolve, reject) => {
      const lines: string[] = [];
      createInterface({ input: child.stdout }).on("line", (line) => {
        lines.push(line);
        if (line.includes("Ready to accept connections")) resolve();
      });
      child.once("error", reject);
      child.once("close", () => reject(new Error(`the cache ended:\n${lines.join("\n")}`)));
    });
  }

  /** SIGKILL, with all that it held: every connection is cut, and nobody listens any more. */
  async stop(): Promise<void> {
    if (!this.child || this.child.exitCode !== null || this.child.signalCode) return;
    const gone = once(this.child, "exit");
    this.child.kill("SIGKILL");
    await gone;
  }
}
