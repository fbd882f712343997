import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Client } from "pg";
import { Database } from "../../images/backend/database";
import { timeToLive } from "../../policies/budgets/failover";
import { hostOf } from "../../policies/model/pgbouncer-ini";
import { Authority } from "../sandbox/certificates";
import { bootstrap } from "./bootstrap";
import { DatabaseCluster, memberNames } from "./database-cluster";
import { Follower } from "./follower";
import { instanceEndpoint, Instances } from "./instances";
import { ledgerTable } from "./ledger";
import { Logins, newPassword, type Login } from "./logins";
import type { Postgres } from "./postgres";
import { masterPassword, rdsMaster, rdsTools } from "./rds-master";
import { Names } from "../sandbox/names";
import { Network } from "../sandbox/network";
import { PgBouncer, type PgBouncerSurroundings } from "./pgbouncer";
import { PgBouncerConfiguration } from "./pgbouncer-configuration";
import type { Shipped } from "./shipped";
import { Sidecar } from "./sidecar";
import { Cache } from "../services/cache";

const service = "pgbouncer.database.svc.cluster.local";
const database = "minixdr";

/** The whole database path on this machine: servers, names, poolers. */
export class Laboratory {
  /** PgBouncers as shipped, three of them. */
  readonly poolers: PgBouncer[] = [];
  private number = 0;

  private constructor(
    /** As the chart renders it with the planned values. */
    readonly configuration: PgBouncerConfiguration,
    readonly maxConnections: number,
    readonly names: Names,
    readonly network: Network,
    readonly authority: Authority,
    readonly cluster: DatabaseCluster,
    readonly instances: Instances,
    private readonly around: Omit<PgBouncerSurroundings, "logins">,
    /** The sidecar's script, as the chart ships it. */
    private readonly reconnectScript: string,
    /** Path of the chart's roles.sql. */
    private readonly rolesScript: string,
    /** PgBouncer and its sidecar with the topology followed. */
    private readonly followed: Shipped["followed"],
    /** What pods and poolers get that start now. */
    public logins: Logins,
  ) {}

  /** @param folder an empty folder inside the sandbox */
  static async start(folder: string, shipped: Shipped): Promise<Laboratory> {
    const names = await Names.start();
    const network = await Network.create();
    const authority = await Authority.create(folder);
    const configuration = new PgBouncerConfiguration(shipped.configuration);
    const logins = Logins.create();
    const rolesScript = join(folder, "roles.sql");
    await writeFile(rolesScript, impatient(shipped.rolesScript));
    const replicationPassword = newPassword();
    const [writerName, readerName] = [
      endpoint(configuration, database),
      endpoint(configuration, "minixdr_ro"),
    ];
    const cluster = await DatabaseCluster.start(
      {
        folder,
        network,
        authority,
        replicationPassword,
        names: [writerName, readerName],
        endpoint: (server) => instanceEndpoint(writerName, server),
        parameters: {
          max_connections: String(shipped.maxConnections),
          // The servers are small and many; durability to disk is not what is measured here.
          shared_buffers: "64MB",
        },
      },
      async (writer) => {
        await writer.sql(
          `CREATE ROLE replication LOGIN REPLICATION PASSWORD '${replicationPassword}'`,
        );
        const members = memberNames.map((name) => instanceEndpoint(writerName, name));
        for (const statement of rdsMaster(logins.master, database)) await writer.sql(statement);
        for (const statement of rdsTools(logins.master, members)) await writer.sql(statement);
        await bootstrap(rolesScript, logins, reached(writer, authority));
        await loadTables(writer, logins);
      },
    );
    const asks = logins.current("exporter");
    const instances = new Instances(cluster, names, authority, writerName, asks);
    instances.introduce();
    const laboratory = new Laboratory(
      configuration,
      shipped.maxConnections,
      names,
      network,
      authority,
      cluster,
      instances,
      { folder, authority, serviceName: service },
      shipped.reconnectScript,
      rolesScript,
      shipped.followed,
      logins,
    );
    laboratory.moveNames();
    for (let count = 0; count < 3; count++) laboratory.poolers.push(await laboratory.addPooler());
    return laboratory;
  }

  /**
   * Points the endpoints at today's writer and standbys, as RDS does at the end of a failover.
   * @returns milliseconds for which the resolver's cache still leads to the old writer
   */
  moveNames(): number {
    const { configuration, cluster } = this;
    const standbys = cluster.standbys.map((server) => server.address);
    this.names.set(endpoint(configuration, "minixdr_ro"), timeToLive.seconds, standbys);
    return this.names.set(endpoint(configuration, "minixdr"), timeToLive.seconds, [
      cluster.writer.address,
    ]);
  }

  /** One more PgBouncer, as shipped or with other settings. */
  async addPooler(configuration = this.configuration): Promise<PgBouncer> {
    const number = ++this.number;
    const name = `pgbouncer-${number}`;
    const around = { ...this.around, logins: this.logins };
    return PgBouncer.start(name, `127.0.1.${number}`, configuration, around);
  }

  /** A new PgBouncer takes an old one's place behind the Service; the old one still has its clients. */
  async succeed(old: PgBouncer): Promise<void> {
    this.poolers[this.poolers.indexOf(old)] = await this.addPooler();
    this.serve(this.poolers);
  }

  /** The reference backend's access through one PgBouncer. */
  through(
    pooler: PgBouncer,
    settings: Partial<ConstructorParameters<typeof Database>[0]> = {},
  ): Database {
    return new Database({
      host: pooler.address,
      port: pooler.port,
      serverName: service,
      ...this.application,
      ...settings,
    });
  }

  /** Read-only access through one PgBouncer, to what the reader endpoint names. */
  reading(pooler: PgBouncer): Database {
    const { username: user, password } = this.logins.current("read-only");
    return this.through(pooler, { database: "minixdr_ro", user, password });
  }

  /** The chart's sidecar beside one PgBouncer. */
  sidecar(pooler: PgBouncer): Promise<Sidecar> {
    return Sidecar.start(this.around.folder, this.reconnectScript, pooler);
  }

  /** One more PgBouncer, as the chart has it where the topology is followed. */
  addFollowed(): Promise<PgBouncer> {
    return this.addPooler(new PgBouncerConfiguration(this.followed.configuration));
  }

  /**
   * The sidecar that follows the topology beside one PgBouncer.
   *
   * @param preload file that its Node.js loads before the program
   */
  follow(pooler: PgBouncer, preload?: string): Promise<Follower> {
    const { environment } = this.followed;
    const login = this.logins.current("exporter");
    const { authority } = this.around;
    const { endpoints } = this.instances;
    const around = { environment, endpoints, login, authority: authority.file, preload };
    return Follower.start(pooler, around, 9100 + Number(pooler.name.split("-").at(-1)));
  }

  /** Which PgBouncers the Service's name leads to; stands for the cluster's own load balancing. */
  serve(poolers: PgBouncer[]): void {
    const addresses = poolers.map((pooler) => pooler.address);
    this.names.set(service, 0, addresses); // not a cached name in the cluster, but packets led by the node
  }

  /** The reference backend's access through the Service's name. */
  throughService(maxLifetimeSeconds: number): Database {
    const port = this.poolers[0]!.port;
    return new Database({ host: service, port, maxLifetimeSeconds, ...this.application });
  }

  /** Environment for libpq programs as the application's user. */
  environment(host: string, port: number): NodeJS.ProcessEnv {
    const { user, password } = this.application;
    return {
      PATH: process.env.PATH,
      PGHOST: host,
      PGPORT: String(port),
      PGDATABASE: database,
      PGUSER: user,
      PGPASSWORD: password,
      PGSSLMODE: "require",
    };
  }

  /**
   * The bootstrap's job runs again, with the logins of now.
   *
   * @param masterAlso RDS changes the master's password first, by what stands for its modification
   */
  async bootstrapAgain(masterAlso: boolean): Promise<void> {
    const { writer } = this.cluster;
    if (masterAlso) await writer.sql(masterPassword(this.logins.master));
    await bootstrap(this.rolesScript, this.logins, reached(writer, this.authority));
  }

  /** Whether the writer itself lets somebody in: into the one database that is open to every login. */
  async admits({ username: user, password }: Login): Promise<boolean> {
    const { address: host } = this.cluster.writer;
    const servername = endpoint(this.configuration, database);
    const ssl = { ca: this.authority.pem, servername };
    const client = new Client({ host, port: 5432, database: "postgres", user, password, ssl });
    client.on("error", () => undefined);
    try {
      await client.connect();
      return true;
    } catch (error) {
      if ((error as { code?: string }).code === "28P01") return false; // invalid_password
      throw error;
    } finally {
      await client.end().catch(() => undefined);
    }
  }

  /** The application's cache, under a name of its own. */
  async addCache(name: string, token: string): Promise<Cache> {
    const { folder, authority } = this.around;
    const address = "198.18.200.2";
    this.names.set(name, timeToLive.seconds, [address]);
    return Cache.start({ folder, network: this.network, authority, name, address, token });
  }

  /** Points the reader endpoint at one server. */
  readFrom(server: Postgres): void {
    this.names.set(endpoint(this.configuration, "minixdr_ro"), timeToLive.seconds, [
      server.address,
    ]);
  }

  /** The same access without a pooler, to the writer's name. */
  direct(): Database {
    const host = endpoint(this.configuration, "minixdr");
    return new Database({ host, port: 5432, ...this.application });
  }

  /** Stops what runs; the sandbox's end takes the rest. */
  async close(): Promise<void> {
    await Promise.all(this.poolers.map((pooler) => pooler.kill()));
    await this.cluster.close();
    this.names.close();
  }

  private get application() {
    const { username: user, password } = this.logins.current("app");
    return { database, user, password, ca: this.authority.pem };
  }
}

/** The chart's script, but for how long a client that says nothing counts as one: pools live shorter here. */
function impatient(script: string): string {
  const [shipped, here] = ["interval '2 minutes'", "interval '10 seconds'"];
  if (!script.includes(shipped)) throw new Error(`roles.sql: no ${shipped} to shorten`);
  return script.replace(shipped, here);
}

/** The host that the configuration gives for one of its databases. */
function endpoint(configuration: PgBouncerConfiguration, database: string): string {
  const host = hostOf(configuration.get(database) ?? "");
  if (!host) throw new Error(`pgbouncer.ini: no host for the database ${database}`);
  return host;
}

/** libpq's way to a server, verified as the chart's job does. */
function reached({ address }: Postgres, { file }: Authority): Record<string, string> {
  return { PGHOST: address, PGPORT: "5432", PGSSLMODE: "verify-full", PGSSLROOTCERT: file };
}

/** The tables of the load, and the right of pgbench to make its own: migrations of this test bed. */
async function loadTables(writer: Postgres, logins: Logins): Promise<void> {
  const role = (duty: "app" | "read-only") => logins.current(duty).username;
  await writer.sql(ledgerTable, [], database);
  await writer.sql(`ALTER TABLE ledger OWNER TO ${role("app")}`, [], database);
  await writer.sql(`GRANT SELECT ON ledger TO ${role("read-only")}`, [], database);
  await writer.sql(`GRANT CREATE ON SCHEMA minixdr TO ${role("app")}`, [], database);
}
