import { statfs } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { run, start, type Running } from "./programs";

/** A PostgreSQL of the job's own: no network, nothing that outlives the job. */
export class ScratchServer {
  private constructor(
    /** Folder of its socket: PGHOST. */
    readonly host: string,
    private readonly running: Running,
  ) {}

  readonly user = "postgres";

  /** Starts one below a folder. It refuses to run as root, as PostgreSQL does. */
  static async start(folder: string, signal?: AbortSignal): Promise<ScratchServer> {
    const data = join(folder, "data");
    await run("initdb", [
      "--pgdata",
      data,
      "--username=postgres",
      "--auth=trust",
      "--encoding=UTF8",
      "--locale=C.UTF-8",
      "--no-sync",
    ]);
    const settings = {
      listen_addresses: "",
      unix_socket_directories: folder,
      // It is discarded afterwards, so it needs no durability.
      fsync: "off",
      full_page_writes: "off",
      wal_level: "minimal",
      max_wal_senders: "0",
      max_wal_size: "256MB",
      shared_buffers: "32MB",
      maintenance_work_mem: "32MB",
      autovacuum: "off",
    };
    const args = Object.entries(settings).flatMap(([key, value]) => ["-c", `${key}=${value}`]);
    const running = start("postgres", ["-D", data, ...args], {
      stdio: ["ignore", "ignore", "pipe"],
      env: { ...process.env, LC_ALL: "C" },
      signal,
    });
    await Promise.race([
      ready(running),
      running.done.then(() => Promise.reject(new Error("postgres: it ended"))),
    ]);
    return new ScratchServer(folder, running);
  }

  /** What libpq has to know to reach it, and nothing of the live server. */
  environment(): NodeJS.ProcessEnv {
    const others = Object.entries(process.env).filter(([name]) => !/^PG(?!_BIN)/.test(name));
    return { ...Object.fromEntries(others), PGHOST: this.host, PGUSER: this.user };
  }

  async stop(): Promise<void> {
    this.running.child.kill("SIGQUIT");
    await this.running.done.catch(() => {});
  }
}

function ready({ child }: Running): Promise<void> {
  return new Promise((resolve) => {
    createInterface({ input: child.stderr! }).on("line", (line) => {
      if (line.includes("ready to accept connections")) resolve();
    });
  });
}

/** Refuses what would fill the disk, before it does. */
export async function requireSpace(folder: string, bytes: number): Promise<void> {
  const { bavail, bsize } = await statfs(folder);
  const free = bavail * bsize;
  if (free < bytes)
    throw new Error(
      `disk: ${folder} has ${gigabytes(free)} free, ${gigabytes(bytes)} are needed; give the job a larger work volume`,
    );
}

function gigabytes(bytes: number): string {
  return `${(bytes / 1e9).toFixed(2)} GB`;
}
