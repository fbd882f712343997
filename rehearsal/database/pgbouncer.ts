import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync, readFileSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import pWaitFor from "p-wait-for";
import { Client, type ClientConfig } from "pg";
import { start } from "../../lib/processes";
import { tool } from "../../tools";
import type { Authority } from "../sandbox/certificates";
import type { Logins } from "./logins";
import type { PgBouncerConfiguration } from "./pgbouncer-configuration";
import { unprivileged } from "../sandbox/unprivileged";
import { accepts } from "../sandbox/port";

/** What all PgBouncers of the laboratory share. */
export interface PgBouncerSurroundings {
  folder: string;
  authority: Authority;
  /** Name under which clients verify them: the Service's. */
  serviceName: string;
  /** Who may log in, and reads its statistics: what the planned secrets hold when it starts. */
  logins: Logins;
}

/** One database's pools, all users together. */
export interface PoolState {
  cl_active: number;
  cl_waiting: number;
  /** Server connections in any state. */
  servers: number;
  /** Seconds that the longest waiting client has waited. */
  maxwait: number;
}

/** One real PgBouncer on a loopback address of its own. */
export class PgBouncer {
  private readonly log: string;
  private process: ChildProcess | undefined;

  private constructor(
    readonly name: string,
    readonly address: string,
    /** As shipped, but for addresses and file paths. */
    readonly configuration: PgBouncerConfiguration,
    /** Folder of its Unix socket. */
    readonly sockets: string,
    private readonly around: PgBouncerSurroundings,
  ) {
    this.log = join(sockets, "pgbouncer.log");
  }

  /**
   * Starts one and waits until it listens.
   *
   * @param shipped the configuration of which only addresses and file paths are replaced
   */
  static async start(
    name: string,
    address: string,
    shipped: PgBouncerConfiguration,
    around: PgBouncerSurroundings,
  ): Promise<PgBouncer> {
    const folder = join(around.folder, name);
    await mkdir(folder);
    const { certificate, key } = await around.authority.sign(name, [around.serviceName]);
    const users = join(folder, "userlist.txt");
    await writeFile(users, around.logins.userlist, { mode: 0o600 });
    // The pod makes it before PgBouncer starts: what it includes has to be there.
    const entries = join(folder, "entries.ini");
    await writeFile(entries, "");
    const configuration = shipped.including(entries).replace({
      listen_addr: address,
      auth_file: users,
      client_tls_cert_file: certificate,
      client_tls_key_file: key,
      unix_socket_dir: folder,
      server_tls_ca_file: around.authority.file,
    });
    const file = join(folder, "pgbouncer.ini");
    await writeFile(file, configuration.text);
    const pooler = new PgBouncer(name, address, configuration, folder, around);
    await pooler.run(file);
    return pooler;
  }

  /** The name in its certificate. */
  get serverName(): string {
    return this.around.serviceName;
  }

  get port(): number {
    return Number(this.configuration.get("listen_port"));
  }

  /** SIGTERM, as a pod's end begins: it takes no new clients and waits until the others have left. */
  async drain(): Promise<void> {
    await this.end("SIGTERM");
  }

  async kill(): Promise<void> {
    await this.end("SIGKILL");
  }

  get running(): boolean {
    return this.process?.exitCode === null && this.process.signalCode === null;
  }

  /** SHOW POOLS for one database, over the socket. */
  async pool(database: string): Promise<PoolState> {
    return poolState(await this.command("SHOW POOLS"), database);
  }

  /**
   * The same, asked for as the exporter asks: over TLS, as the statistics user. The exporter's metrics
   * are these numbers.
   */
  async exportedPool(database: string): Promise<PoolState> {
    const { username: user, password } = this.around.logins.statistics;
    const rows = await this.console("SHOW POOLS", {
      host: this.address,
      user,
      password,
      ssl: { ca: this.around.authority.pem, servername: this.around.serviceName },
    });
    return poolState(rows, database);
  }

  /** Runs a command as the administrator: PgBouncer's own user, on the Unix socket only. */
  async command(command: string): Promise<Record<string, unknown>[]> {
    return this.console(command, { host: this.sockets, user: "pgbouncer" });
  }

  /** Processor time that it has used so far, in seconds. */
  cpuSeconds(): number {
    const fields = readFileSync(`/proc/${this.process?.pid}/stat`, "utf8")
      .split(") ")[1]!
      .split(" ");
    const ticks = Number(fields[11]) + Number(fields[12]); // utime and stime
    return ticks / 100; // Linux counts 100 a second for user space, on every platform
  }

  /** The end of its log, for a failure's message. */
  endOfLog(): string {
    return readFileSync(this.log, "utf8").split("\n").slice(-60).join("\n");
  }

  private async run(file: string): Promise<void> {
    const log = openSync(this.log, "a");
    const [command = "", ...args] = [...unprivileged, await tool("pgbouncer"), file];
    this.process = await start(command, args, { stdio: ["ignore", log, log] });
    closeSync(log);
    // PgBouncer does not announce that it listens.
    const listening = async () => {
      if (!this.running) throw new Error(`${this.name} did not start:\n${this.endOfLog()}`);
      return accepts(this.address, this.port);
    };
    await pWaitFor(listening, { interval: 20 });
  }

  private async console(command: string, as: ClientConfig): Promise<Record<string, unknown>[]> {
    const client = new Client({ ...as, port: this.port, database: "pgbouncer" });
    await client.connect();
    try {
      return (await client.query(command)).rows as Record<string, unknown>[];
    } finally {
      await client.end();
    }
  }

  private async end(signal: NodeJS.Signals): Promise<void> {
    if (!this.process || !this.running) return;
    const gone = once(this.process, "exit");
    this.process.kill(signal);
    await gone;
  }
}

function poolState(rows: Record<string, unknown>[], database: string): PoolState {
  const idle = { cl_active: 0, cl_waiting: 0, servers: 0, maxwait: 0 };
  return rows
    .filter((row) => row.database === database)
    .reduce<PoolState>((sum, row) => {
      const number = (key: string) => Number(row[key]);
      const servers = [
        "active",
        "idle",
        "used",
        "tested",
        "login",
        "being_canceled",
        "active_cancel",
      ];
      return {
        cl_active: sum.cl_active + number("cl_active"),
        cl_waiting: sum.cl_waiting + number("cl_waiting"),
        servers: servers.reduce((all, state) => all + number(`sv_${state}`), sum.servers),
        maxwait: Math.max(sum.maxwait, number("maxwait")),
      };
    }, idle);
}
