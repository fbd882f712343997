import type { ChildProcess } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import spawn from "nano-spawn";
import { Client } from "pg";
import { output } from "../../../../lib/processes";
import { bootstrap } from "../../../../rehearsal/database/bootstrap";
import { Logins } from "../../../../rehearsal/database/logins";
import { rdsMaster } from "../../../../rehearsal/database/rds-master";
import { checkout } from "./checkout";
import { newFolder } from "./folder";
import { postgresFolder } from "./postgres-folder";
import { unprivileged } from "./unprivileged";

/** The chart's script that makes the roles. */
export const rolesScript = join(checkout, "charts/database-bootstrap/files/roles.sql");

/**
 * A PostgreSQL 15 that is set up as the stack's is: a master who is no superuser, as on RDS, and
 * the roles that the chart database-bootstrap makes, by its own script. It listens on a socket in a
 * folder of its own and believes every name.
 */
export class LiveDatabase {
  /** What the stack's secrets would hold. */
  readonly logins = Logins.create();

  private constructor(
    readonly host: string,
    /** What the server has logged, line by line. */
    readonly log: string[],
    private readonly child: ChildProcess,
    private readonly ended: Promise<unknown>,
  ) {}

  static async start(settings: Record<string, string> = {}): Promise<LiveDatabase> {
    const bin = await postgresFolder();
    const folder = await newFolder();
    const data = join(folder, "data");
    await output(
      join(bin, "initdb"),
      ["-D", data, "-U", "rdsadmin", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"],
      unprivileged,
    );
    const database = await LiveDatabase.launch(folder, settings);
    await database.bootstrap();
    return database;
  }

  /** A standby that follows it. */
  async standby(settings: Record<string, string> = {}): Promise<LiveDatabase> {
    const folder = await newFolder();
    await output(
      join(await postgresFolder(), "pg_basebackup"),
      ["-h", this.host, "-U", "rdsadmin", "-D", join(folder, "data"), "-R", "-c", "fast"],
      unprivileged,
    );
    return LiveDatabase.launch(folder, settings);
  }

  private static async launch(
    folder: string,
    settings: Record<string, string>,
  ): Promise<LiveDatabase> {
    const bin = await postgresFolder();
    const data = join(folder, "data");
    const all = {
      listen_addresses: "",
      unix_socket_directories: folder,
      fsync: "off",
      ...settings,
    };
    const options = Object.entries(all).flatMap(([key, value]) => ["-c", `${key}=${value}`]);
    const running = spawn(join(bin, "postgres"), ["-D", data, ...options], {
      ...unprivileged,
      env: { LC_ALL: "C" },
      stdio: ["ignore", "ignore", "pipe"],
    });
    const child = await running.nodeChildProcess;
    // However it ends: tests kill it.
    const ended = running.catch(() => undefined);
    const log: string[] = [];
    const ready = new Promise<void>((resolve, reject) => {
      createInterface({ input: child.stderr! }).on("line", (line) => {
        log.push(line);
        if (/ready to accept (read-only )?connections/.test(line)) resolve();
      });
      void ended.then(() => reject(new Error("postgres ended while it started")));
    });
    await ready;
    return new LiveDatabase(folder, log, child, ended);
  }

  private async bootstrap(): Promise<void> {
    for (const statement of rdsMaster(this.logins.master, "minixdr"))
      await this.query(statement, "postgres");
    await bootstrap(rolesScript, this.logins, { PGHOST: this.host });
  }

  /** An empty database and new roles in the place of whatever is there. */
  async renew(): Promise<void> {
    const databases = await this.query<{ drop: string }>(
      "SELECT format('DROP DATABASE %I WITH (FORCE)', datname) AS drop FROM pg_database WHERE NOT datistemplate AND datname <> 'postgres'",
      "postgres",
    );
    for (const { drop } of databases) await this.query(drop, "postgres");
    const roles = await this.query<{ drop: string }>(
      "SELECT format('DROP ROLE %I', rolname) AS drop FROM pg_roles WHERE rolname !~ '^pg_' AND rolname <> current_user",
      "postgres",
    );
    for (const { drop } of roles) await this.query(drop, "postgres");
    await this.bootstrap();
  }

  /** libpq's variables of a role. */
  environment(role: "master" | "backup" | "migrations" | "app" | "restore"): NodeJS.ProcessEnv {
    return {
      PGHOST: this.host,
      PGUSER: `minixdr_${role}`,
      PGDATABASE: "minixdr",
      PGPASSWORD: "not asked for",
    };
  }

  async query<T extends object = Record<string, unknown>>(
    sql: string,
    database = "minixdr",
  ): Promise<T[]> {
    return this.as("rdsadmin", sql, database);
  }

  async as<T extends object>(user: string, sql: string, database = "minixdr"): Promise<T[]> {
    const client = new Client({ host: this.host, user, database });
    client.on("error", () => {});
    await client.connect();
    try {
      // Several statements answer with several results.
      const result = await client.query(sql);
      return (Array.isArray(result) ? result.at(-1) : result).rows as T[];
    } finally {
      await client.end();
    }
  }

  /** As if its machine had lost power. */
  kill(): void {
    this.child.kill("SIGQUIT");
  }

  async stop(): Promise<void> {
    this.kill();
    await this.ended;
  }
}
