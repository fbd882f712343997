import { randomBytes } from "node:crypto";
import { Database } from "../../images/backend/database";
import { hostOf } from "../../policies/model/pgbouncer-ini";
import { Authority } from "../sandbox/certificates";
import { DatabaseCluster } from "./database-cluster";
import { ledgerTable } from "./ledger";
import { Names } from "../sandbox/names";
import { Network } from "../sandbox/network";
import { PgBouncer, type PgBouncerSurroundings } from "./pgbouncer";
import { PgBouncerConfiguration } from "./pgbouncer-configuration";
import type { Shipped } from "./shipped";
import { Sidecar } from "./sidecar";
import type { Postgres } from "./postgres";

const service = "pgbouncer.database.svc.cluster.local";
const application = "app";
const readOnly = "read_only";
/** Seconds that AWS gives the records of its endpoints ("Best practices for Amazon RDS": 5 seconds). */
export const recordsLive = 5;

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
    private readonly around: PgBouncerSurroundings,
    /** The sidecar's script, as the chart ships it. */
    private readonly reconnectScript: string,
  ) {}

  /** @param folder an empty folder inside the sandbox */
  static async start(folder: string, shipped: Shipped): Promise<Laboratory> {
    const names = await Names.start();
    const network = await Network.create();
    const authority = await Authority.create(folder);
    const configuration = new PgBouncerConfiguration(shipped.configuration);
    const password = () => randomBytes(18).toString("base64url");
    const exporter = configuration.get("stats_users") ?? "";
    const users = { [application]: password(), [readOnly]: password(), [exporter]: password() };
    const replicationPassword = password();
    const [writerName, readerName] = [
      endpoint(configuration, "minixdr"),
      endpoint(configuration, "minixdr_ro"),
    ];
    const cluster = await DatabaseCluster.start(
      {
        folder,
        network,
        authority,
        replicationPassword,
        names: [writerName, readerName],
        parameters: {
          max_connections: String(shipped.maxConnections),
          // The servers are small and many; durability to disk is not what is measured here.
          shared_buffers: "64MB",
        },
      },
      (writer) => bootstrap(writer, { ...users, replication: replicationPassword }),
    );
    const around = { folder, authority, users, serviceName: service };
    const laboratory = new Laboratory(
      configuration,
      shipped.maxConnections,
      names,
      network,
      authority,
      cluster,
      around,
      shipped.reconnectScript,
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
    this.names.set(endpoint(configuration, "minixdr_ro"), recordsLive, standbys);
    return this.names.set(endpoint(configuration, "minixdr"), recordsLive, [
      cluster.writer.address,
    ]);
  }

  /** One more PgBouncer, as shipped or with other settings. */
  async addPooler(configuration = this.configuration): Promise<PgBouncer> {
    const number = ++this.number;
    const name = `pgbouncer-${number}`;
    return PgBouncer.start(name, `127.0.1.${number}`, configuration, this.around);
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
    const password = this.around.users[readOnly]!;
    return this.through(pooler, { database: "minixdr_ro", user: readOnly, password });
  }

  /** The chart's sidecar beside one PgBouncer. */
  sidecar(pooler: PgBouncer): Promise<Sidecar> {
    return Sidecar.start(this.around.folder, this.reconnectScript, pooler);
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
    const { database, user, password } = this.application;
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

  /** Points the reader endpoint at one server. */
  readFrom(server: Postgres): void {
    this.names.set(endpoint(this.configuration, "minixdr_ro"), recordsLive, [server.address]);
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
    return {
      database: "minixdr",
      user: application,
      password: this.around.users[application]!,
      ca: this.authority.pem,
    };
  }
}

/** The host that the configuration gives for one of its databases. */
function endpoint(configuration: PgBouncerConfiguration, database: string): string {
  const host = hostOf(configuration.get(database) ?? "");
  if (!host) throw new Error(`pgbouncer.ini: no host for the database ${database}`);
  return host;
}

async function bootstrap(writer: Postgres, passwords: Record<string, string>): Promise<void> {
  for (const [role, password] of Object.entries(passwords)) {
    const replication = role === "replication" ? "REPLICATION" : "";
    await writer.sql(`CREATE ROLE ${role} LOGIN ${replication} PASSWORD '${password}'`);
  }
  await writer.sql(`CREATE DATABASE minixdr OWNER ${application}`);
  await writer.sql(ledgerTable, [], "minixdr");
  await writer.sql(`ALTER TABLE ledger OWNER TO ${application}`, [], "minixdr");
  await writer.sql(`GRANT SELECT ON ledger TO ${readOnly}`, [], "minixdr");
}
