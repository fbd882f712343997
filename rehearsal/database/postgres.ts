import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { closeSync, fstatSync, openSync, readFileSync } from "node:fs";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import pWaitFor from "p-wait-for";
import { Client, type QueryResultRow } from "pg";
import { output, run, start } from "../../lib/processes";
import { tool } from "../../tools";
import type { Authority, Certificate } from "../sandbox/certificates";
import type { Network } from "../sandbox/network";
import { unprivileged } from "../sandbox/unprivileged";

const port = "5432";

/** What all servers of the laboratory share. */
export interface PostgresSurroundings {
  folder: string;
  network: Network;
  authority: Authority;
  /** Addresses of the hosts by name; by default the network's own. */
  addresses?: Record<string, string>;
  /** Names under which clients verify the servers. */
  names: string[];
  /** The name of one server alone, now and after its replacement; its certificate has both. */
  endpoint?: (server: string) => string;
  /** Parameters from the plan's own parameter group. */
  parameters: Record<string, string>;
  /** Who may replicate. */
  replicationPassword: string;
}

/** One real PostgreSQL server on a host of its own. Its Unix socket stays reachable in any partition. */
export class Postgres {
  private readonly data: string;
  private readonly sockets: string;
  private readonly log: string;
  /** Where in the log its present run begins. */
  private logOfRun = 0;
  private process: ChildProcess | undefined;

  private constructor(
    readonly name: string,
    readonly address: string,
    private readonly certificate: Certificate,
    private readonly around: PostgresSurroundings,
  ) {
    this.data = join(around.folder, name);
    this.sockets = `${this.data}.sockets`;
    this.log = `${this.data}.log`;
  }

  /** A host with a certificate; {@link create} or {@link copy} gives it data. */
  static async on(name: string, around: PostgresSurroundings): Promise<Postgres> {
    const address = await around.network.add(name, around.addresses?.[name]);
    const own = around.endpoint ? [name, `new-${name}`].map(around.endpoint) : [];
    const names = [...around.names, ...own, address];
    const certificate = await around.authority.sign(name, names);
    const server = new Postgres(name, address, certificate, around);
    await mkdir(server.sockets, { recursive: true });
    return server;
  }

  /** Creates an empty database system: SCRAM for everybody from outside, TLS only. */
  async create(): Promise<void> {
    await this.program("initdb", "-D", this.data, "-U", "postgres", "--auth-local=trust", "-N");
    const access = [
      "local all all trust",
      "local replication all trust",
      "hostssl all all all scram-sha-256",
      "hostssl replication replication all scram-sha-256",
    ];
    await writeFile(join(this.data, "pg_hba.conf"), `${access.join("\n")}\n`);
  }

  /** Becomes a copy of another server, ready to follow it. */
  async copy(source: Postgres): Promise<void> {
    await rm(this.data, { recursive: true, force: true });
    const args = ["-D", this.data, "-h", source.sockets, "-p", port, "-U", "postgres"];
    await this.program("pg_basebackup", ...args, "-c", "fast", "-X", "stream");
    await this.follow(source);
  }

  /** Writes down whom to follow; takes effect at the next start. */
  async follow(source: Postgres): Promise<void> {
    await writeFile(join(this.data, "standby.signal"), "");
    const settings = `primary_conninfo = '${this.connectionTo(source)}'\n`;
    await writeFile(join(this.data, "postgresql.auto.conf"), settings);
  }

  /** Follows another server from now on, without a restart. */
  async refollow(source: Postgres): Promise<void> {
    await this.sql(`ALTER SYSTEM SET primary_conninfo = '${this.connectionTo(source)}'`);
    await this.sql("SELECT pg_reload_conf()");
  }

  /** Starts and waits until it answers. */
  async start(): Promise<void> {
    const settings = {
      listen_addresses: this.address,
      port,
      unix_socket_directories: this.sockets,
      cluster_name: this.name,
      ssl: "on",
      ssl_cert_file: this.certificate.certificate,
      ssl_key_file: this.certificate.key,
      wal_level: "replica",
      hot_standby: "on",
      wal_keep_size: "256MB",
      wal_retrieve_retry_interval: "500ms",
      // Of three members two follow, and one of these two must have a commit before it counts.
      synchronous_standby_names: "ANY 1 (one, two, three)",
      ...this.around.parameters,
    };
    const postgres = await tool("postgres");
    const [command = "", ...args] = [...this.around.network.inside(this.name), ...unprivileged];
    args.push("--pid", "--fork", "--kill-child", postgres, "-D", this.data);
    for (const [key, value] of Object.entries(settings)) args.push("-c", `${key}=${value}`);
    const log = openSync(this.log, "a");
    this.logOfRun = fstatSync(log).size;
    this.process = await start(command, args, { stdio: ["ignore", log, log] });
    closeSync(log);
    await this.ready();
  }

  /** SIGKILL to all its processes: no shutdown code runs. */
  async crash(): Promise<void> {
    await this.end("SIGKILL");
  }

  /** A fast shutdown: open transactions are rolled back, the standbys receive everything. */
  async stop(): Promise<void> {
    await this.end("SIGINT");
  }

  get running(): boolean {
    return this.process?.exitCode === null && this.process.signalCode === null;
  }

  /** Becomes the primary. Resolves when it takes writes. */
  async promote(): Promise<void> {
    await this.sql("SELECT pg_promote(true, 60)");
  }

  /** Runs one statement as the superuser, through the Unix socket. */
  async sql<Row extends QueryResultRow>(
    text: string,
    values: unknown[] = [],
    database = "postgres",
  ): Promise<Row[]> {
    const client = new Client({
      host: this.sockets,
      port: Number(port),
      user: "postgres",
      database,
      // The laboratory's own statements must not wait for standbys that a drill took away.
      options: "-c synchronous_commit=local",
    });
    await client.connect();
    try {
      return (await client.query<Row>(text, values)).rows;
    } finally {
      await client.end();
    }
  }

  /** Whether it has what the server that it is to follow never had, by its own word. */
  get tookAnotherWay(): boolean {
    const said = readFileSync(this.log).subarray(this.logOfRun).toString();
    return said.includes("forked off current database system timeline");
  }

  /** The end of the server's log, for a failure's message. */
  endOfLog(): string {
    return readFileSync(this.log, "utf8").split("\n").slice(-15).join("\n");
  }

  private connectionTo(source: Postgres): string {
    const { authority, replicationPassword } = this.around;
    return [
      `host=${source.address}`,
      `port=${port}`,
      "user=replication",
      `password=${replicationPassword}`,
      `application_name=${this.name}`,
      "sslmode=verify-full",
      `sslrootcert=${authority.file}`,
      "connect_timeout=2",
    ].join(" ");
  }

  /**
   * The postmaster is the first process of its own namespace, and the child of ours, which ends
   * when the kernel has removed the whole namespace.
   */
  private async end(signal: NodeJS.Signals): Promise<void> {
    if (!this.process || !this.running) return;
    const { pid } = this.process;
    const postmaster = Number(readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8"));
    const gone = once(this.process, "exit");
    process.kill(postmaster, signal);
    await gone;
  }

  private async ready(): Promise<void> {
    const isReady = await this.path("pg_isready");
    // PostgreSQL does not announce that it is ready.
    const answers = async () => {
      if (!this.running) throw new Error(`${this.name} did not start:\n${this.endOfLog()}`);
      const { code } = await run(isReady, ["-q", "-h", this.sockets, "-p", port]);
      return code === 0;
    };
    await pWaitFor(answers, { interval: 50 });
  }

  private async path(program: string): Promise<string> {
    return join(dirname(await tool("postgres")), program);
  }

  private async program(name: string, ...args: string[]): Promise<void> {
    const [command = "", ...before] = unprivileged;
    await output(command, [...before, await this.path(name), ...args]);
  }
}
