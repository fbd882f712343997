import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync, readFileSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import Redis from "iovalkey";
import pWaitFor from "p-wait-for";
import { start } from "../../lib/processes";
import { tool } from "../../tools";
import type { Authority } from "../sandbox/certificates";
import type { Network } from "../sandbox/network";
import { accepts } from "../sandbox/port";
import { unprivileged } from "../sandbox/unprivileged";

const port = 6379;

/** What a cache needs around it. */
export interface CacheSurroundings {
  folder: string;
  network: Network;
  authority: Authority;
  /** Name under which clients verify it: the planned primary endpoint. */
  name: string;
  /** Its address, of the planned database subnets. */
  address: string;
  /** What clients have to present. */
  token: string;
}

/**
 * One real Redis 7.0 over TLS, for the plan's replication group of Valkey 8. It has no replicas: what
 * ElastiCache does when a primary is lost is not rehearsed, only that the application lives without.
 */
export class Cache {
  private process: ChildProcess | undefined;
  /** What it takes, oldest first. */
  private tokens: string[];

  private constructor(
    private readonly file: string,
    private readonly log: string,
    private readonly around: CacheSurroundings,
  ) {
    this.tokens = [around.token];
  }

  /** Starts it on a host of its own. */
  static async start(around: CacheSurroundings): Promise<Cache> {
    const folder = join(around.folder, "cache");
    await mkdir(folder);
    await around.network.add("cache", around.address);
    const { certificate, key } = await around.authority.sign("cache", [around.name]);
    const settings = [
      `bind ${around.address}`,
      "port 0",
      `tls-port ${port}`,
      `tls-cert-file ${certificate}`,
      `tls-key-file ${key}`,
      "tls-auth-clients no",
      `requirepass ${around.token}`,
      // As the plan's parameter group has it; nothing is kept on disk, as in ElastiCache.
      "maxmemory 64mb",
      "maxmemory-policy allkeys-lru",
      'save ""',
      `dir ${folder}`,
    ];
    const file = join(folder, "redis.conf");
    await writeFile(file, `${settings.join("\n")}\n`, { mode: 0o600 });
    const cache = new Cache(file, join(folder, "redis.log"), around);
    await cache.restart();
    return cache;
  }

  get running(): boolean {
    return this.process?.exitCode === null && this.process.signalCode === null;
  }

  /**
   * What stands for ElastiCache's update strategies, with a user's several passwords, which Redis has:
   * `ROTATE` takes a token beside the one before it, the only one that is left; `SET` that token alone.
   */
  async takes(token: string, strategy: "ROTATE" | "SET"): Promise<void> {
    const { name, address: host, authority } = this.around;
    const tls = { ca: authority.pem, servername: name };
    const client = new Redis({ host, port, password: this.tokens.at(-1)!, tls });
    const left = strategy === "ROTATE" ? [this.tokens.at(-1)!, token] : [token];
    try {
      await client.acl("SETUSER", "default", "resetpass", ...left.map((one) => `>${one}`));
      this.tokens = left;
    } finally {
      client.disconnect();
    }
  }

  /** SIGKILL, with all that it held. */
  async kill(): Promise<void> {
    if (!this.process || !this.running) return;
    const gone = once(this.process, "exit");
    this.process.kill("SIGKILL");
    await gone;
  }

  /** Starts it, empty. */
  async restart(): Promise<void> {
    const log = openSync(this.log, "a");
    const [command = "", ...inside] = this.around.network.inside("cache");
    const program = [...inside, ...unprivileged, await tool("redis-server"), this.file];
    this.process = await start(command, program, { stdio: ["ignore", log, log] });
    closeSync(log);
    // Redis does not announce that it listens.
    const listening = async () => {
      if (!this.running)
        throw new Error(`the cache did not start:\n${readFileSync(this.log, "utf8").slice(-1000)}`);
      return accepts(this.around.address, port);
    };
    await pWaitFor(listening, { interval: 20 });
  }
}
