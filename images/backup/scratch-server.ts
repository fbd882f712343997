import { chmod, statfs, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { run, start, type Running } from "./programs";

/** The two who may log in to a scratch server, and to nothing else. */
export const scratchRoles = {
  /** Superuser. Only trusted steps are its own, and none of them in a database that holds what was restored. */
  owner: "scratch_owner",
  /** Restores, and so runs whatever the backup brings: no superuser, and it can make neither roles nor databases. */
  restorer: "scratch_restorer",
} as const;

export interface ScratchPasswords {
  owner: string;
  restorer: string;
}

/** Who gets in where. The owner never meets restored code: it is let into `postgres` alone. */
const access = [
  `local postgres ${scratchRoles.owner} scram-sha-256`,
  `host postgres ${scratchRoles.owner} all scram-sha-256`,
  `host postgres,template0,template1 all all reject`,
  `host all ${scratchRoles.restorer} all scram-sha-256`,
];

/** A PostgreSQL that is made for one restore, and goes with its folder. */
export class ScratchServer {
  private constructor(
    /** Folder of its socket. */
    readonly folder: string,
    readonly running: Running,
  ) {}

  /** Starts one below a folder. It refuses to run as root, as PostgreSQL does. */
  static async start(
    folder: string,
    port: number,
    passwords: ScratchPasswords,
    signal?: AbortSignal,
  ): Promise<ScratchServer> {
    const data = join(folder, "data");
    const password = join(folder, "password");
    await writeFile(password, passwords.owner, { mode: 0o600 });
    const env = { PATH: process.env.PATH, LC_ALL: "C.UTF-8" };
    const args = ["--auth=scram-sha-256", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"];
    const owner = [`--username=${scratchRoles.owner}`, `--pwfile=${password}`];
    await run("initdb", ["--pgdata", data, ...owner, ...args], { env });
    await writeFile(join(data, "pg_hba.conf"), `${access.join("\n")}\n`);
    await chmod(password, 0o400);
    const running = start("postgres", ["-D", data, ...(await settings(folder, port))], {
      stdio: ["ignore", "ignore", "pipe"],
      env: { ...env, LC_ALL: "C" },
      signal,
    });
    await Promise.race([
      ready(running),
      running.done.then(() => Promise.reject(new Error("postgres: it ended"))),
    ]);
    return new ScratchServer(folder, running);
  }

  async stop(): Promise<void> {
    this.running.child.kill("SIGQUIT");
    await this.running.done.catch(() => {});
  }
}

async function settings(folder: string, port: number): Promise<string[]> {
  const all = {
    listen_addresses: "*",
    port,
    unix_socket_directories: folder,
    max_connections: 20,
    // It is discarded afterwards, so it needs no durability.
    fsync: "off",
    full_page_writes: "off",
    wal_level: "minimal",
    max_wal_senders: 0,
    max_wal_size: "256MB",
    shared_buffers: "32MB",
    maintenance_work_mem: "32MB",
    autovacuum: "off",
    // Who restores asks by it, before it fills the disk.
    [freeBytes]: await free(folder),
  };
  return Object.entries(all).flatMap(([key, value]) => ["-c", `${key}=${value}`]);
}

/** Setting of a scratch server: what its disk had free when it started. */
export const freeBytes = "minixdr.free_bytes";

function ready({ child }: Running): Promise<void> {
  return new Promise((resolve) => {
    createInterface({ input: child.stderr! }).on("line", (line) => {
      if (line.includes("ready to accept connections")) resolve();
    });
  });
}

/** Refuses what would fill the disk, before it does. */
export async function requireSpace(folder: string, bytes: number): Promise<void> {
  requireFree(folder, await free(folder), bytes);
}

/** @throws Error when a volume has less free than is needed */
export function requireFree(of: string, free: number, bytes: number): void {
  if (free < bytes)
    throw new Error(
      `disk: ${of} has ${gigabytes(free)} free, ${gigabytes(bytes)} are needed; give the job a larger work volume`,
    );
}

async function free(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
}

function gigabytes(bytes: number): string {
  return `${(bytes / 1e9).toFixed(2)} GB`;
}
