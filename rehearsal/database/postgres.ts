import { execFile, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { closeSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { Client, type QueryResultRow } from "pg";
import { tool } from "../../tools";
import type { Authority, Certificate } from "../sandbox/certificates";
import type { Network } from "../sandbox/network";
import { unprivileged } from "../sandbox/unprivileged";

const execute = promisify(execFile);
const port = "5432";

/** What all servers of the laboratory share. */
export interface PostgresSurroundings {
  folder: string;
  network: Network;
  authority: Authority;
  /** Names under which clients verify the servers. */
  names: string[];
  /** Parameters from the plan's own parameter group. */
  parameters: Record<string, string>;
  /** Who may replicate. */
  replicationPassword: string;
}

/** One real PostgreSQL server on a host of its own. Its Unix socket stays reachable in any partition. */
export class Postgres {
  readonly address: string;
  private readonly data: string;
  private readonly sockets: string;
  private readonly log: string;
  private readonly certificate: Certificate;
  private process: ChildProcess | undefined;

  constructor(
    readonly name: string,
    private readonly around: PostgresSurroundings,
  ) {
    this.address = around.network.add(name);
    this.data = join(around.folder, name);
    this.sockets = `${this.data}.sockets`;
    mkdirSync(this.sockets, { recursive: true });
    this.log = `${this.data}.log`;
    this.certificate = around.authority.sign(name, [...around.names, this.address]);
  }

  /** Makes an empty database system: SCRAM for everybody from outside, TLS only. */
  async create(): Promise<void> {
    await this.program("initdb", "-D", this.data, "-U", "postgres", "--auth-local=trust", "-N");
    const access = [
      "local all all trust",
      "local replication all trust",
      "hostssl all all all scram-sha-256",
    ];
    access.push("hostssl replication replication all scram-sha-256");
    writeFileSync(join(this.data, "pg_hba.conf"), `${access.join("\n")}\n`);
  }

  /** Becomes a copy of another server, ready to follow it. */
  async copy(source: Postgres): Promise<void> {
    rmSync(this.data, { recursive: true, force: true });
    await this.program(
      ...["pg_basebackup", "-D", this.data, "-h", source.sockets, "-p", port],
      ...["-U", "postgres", "-c", "fast", "-X", "stream"],
    );
    this.follow(source);
  }

  /** Writes down whom to follow; takes effect at the next start. */
  follow(source: Postgres): void {
    writeFileSync(join(this.data, "standby.signal"), "");
    const settings = `primary_conninfo = '${this.connectionTo(source)}'\n`;
    writeFileSync(join(this.data, "postgresql.auto.conf"), settings);
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
    const [command = "", ...args] = [
      ...this.around.network.inside(this.name),
      ...[...unprivileged, "--pid", "--fork", "--kill-child", postgres, "-D", this.data],
      ...Object.entries(settings).flatMap(([key, value]) => ["-c", `${key}=${value}`]),
    ];
    const log = openSync(this.log, "a");
    this.process = spawn(command, args, { stdio: ["ignore", log, log] });
    closeSync(log);
    await this.ready();
  }

  /** All its processes die at once, without a goodbye of the server's own code. */
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
      // The laboratory's own hand must not wait for standbys that a drill took away.
      options: "-c synchronous_commit=local",
    });
    await client.connect();
    try {
      return (await client.query<Row>(text, values)).rows;
    } finally {
      await client.end();
    }
  }

  /** The end of the server's log, for a failure's message. */
  lastWords(): string {
    return readFileSync(this.log, "utf8").split("\n").slice(-15).join("\n");
  }

  private connectionTo(source: Postgres): string {
    const { authority, replicationPassword } = this.around;
    return [
      ...[`host=${source.address}`, `port=${port}`, "user=replication"],
      ...[`password=${replicationPassword}`, `application_name=${this.name}`],
      ...["sslmode=verify-full", `sslrootcert=${authority.file}`, "connect_timeout=2"],
    ].join(" ");
  }

  /**
   * The postmaster is the first process of a namespace of its own, and the child of ours, which ends
   * when the kernel has taken away the whole namespace.
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
    for (;;) {
      const answer = await execute(isReady, ["-q", "-h", this.sockets, "-p", port]).catch(
        () => undefined,
      );
      if (answer) return;
      if (!this.running) throw new Error(`${this.name} did not start:\n${this.lastWords()}`);
      await new Promise((resolve) => setTimeout(resolve, 50)); // PostgreSQL tells nobody that it is ready
    }
  }

  private async path(program: string): Promise<string> {
    return join(dirname(await tool("postgres")), program);
  }

  private async program(name: string, ...args: string[]): Promise<void> {
    const [command = "", ...before] = unprivileged;
    await execute(command, [...before, await this.path(name), ...args]);
  }
}
