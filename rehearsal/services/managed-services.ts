import { readFileSync } from "node:fs";
import type { Plan } from "../../plan/plan";
import { localReleases, type PlannedObject } from "../../plan/releases";
import { timeToLive } from "../../policies/budgets/failover";
import { Moto, vaultOf } from "../aws/moto";
import { DatabaseCluster, memberNames } from "../database/database-cluster";
import { newPassword, type Logins } from "../database/logins";
import type { Postgres } from "../database/postgres";
import { rdsMaster, rdsTools } from "../database/rds-master";
import { shippedIn } from "../database/shipped";
import { Authority } from "../sandbox/certificates";
import type { Names } from "../sandbox/names";
import type { Network } from "../sandbox/network";
import { Cache } from "./cache";
import { podEnvironment } from "./pod-environment";
import { Secrets } from "./secrets";
import { addressesIn } from "./subnets";

/** The pooler's name inside the cluster, which its certificate carries. */
const poolerName = "pgbouncer.database.svc.cluster.local";
/** Network policies let backups out to this port; the stand-in speaks plain HTTP there. */
const storagePort = 443;

/** Where a run keeps its files, its hosts and its names. */
export interface Surroundings {
  folder: string;
  network: Network;
  names: Names;
}

/**
 * What AWS runs outside the cluster, for one plan: PostgreSQL with two standbys and a replica, a
 * cache, a bucket, and their names. Their addresses are of the planned database subnets, so that
 * the planned network policies apply to them unchanged.
 */
export class ManagedServices {
  private constructor(
    private readonly plan: Plan,
    private readonly names: Names,
    readonly authority: Authority,
    readonly secrets: Secrets,
    readonly database: DatabaseCluster,
    readonly cache: Cache,
    /** The stand-in for S3 and CloudWatch. */
    readonly storage: Moto,
  ) {}

  /** Starts all of them side by side. They end with the sandbox. */
  static async start(plan: Plan, around: Surroundings): Promise<ManagedServices> {
    const authority = await Authority.create(around.folder);
    const { certificate, key } = await authority.sign("pgbouncer", [poolerName]);
    const secrets = new Secrets({
      authority: authority.pem,
      pooler: { certificate: readFileSync(certificate, "utf8"), key: readFileSync(key, "utf8") },
    });
    const [database, cache, storage] = await Promise.all([
      startDatabase(plan, { ...around, authority }, secrets),
      startCache(plan, { ...around, authority }, secrets),
      startStorage(plan, around),
    ]);
    const services = new ManagedServices(
      plan,
      around.names,
      authority,
      secrets,
      database,
      cache,
      storage,
    );
    services.moveNames();
    return services;
  }

  /** The planned objects as they are applied: with this run's secrets and authority. */
  objects(planned: PlannedObject[]): PlannedObject[] {
    return this.secrets.fill(planned);
  }

  /** What is applied before the plan, so that its pods find these services and trust them. */
  environments(): object[] {
    const { BACKUP_BUCKET, BACKUP_KMS_KEY, STACK_NAME, ...aws } = this.storage.environment();
    void [BACKUP_BUCKET, BACKUP_KMS_KEY, STACK_NAME]; // the chart has them
    return [
      // The run's authority signed the cache's certificate too, and the pod has it already.
      ...podEnvironment({
        workload: "mini-xdr",
        environment: { CACHE_CA_FILE: "/etc/database-ca/ca.crt" },
      }),
      ...podEnvironment({
        workload: "database-backup",
        accounts: this.identities("database"),
        environment: aws as Record<string, string>,
      }),
    ];
  }

  /** Service accounts of a namespace that the plan gives a role in AWS; all others get nothing of it. */
  private identities(namespace: string): string[] {
    return this.plan.resources
      .filter(({ type }) => type === "aws:eks/podIdentityAssociation:PodIdentityAssociation")
      .filter(({ inputs }) => inputs.namespace === namespace)
      .map(({ inputs }) => String(inputs.serviceAccount));
  }

  /**
   * Points the database's endpoints at today's writer and standbys, as RDS does at the end of a
   * failover.
   *
   * @returns milliseconds for which the resolver's cache still leads to the old writer
   */
  moveNames(): number {
    const { databaseReaderHost, databaseWriterHost } = this.plan.outputs as Record<string, string>;
    const standbys = this.database.standbys.map(({ address }) => address);
    this.names.set(databaseReaderHost!, timeToLive.seconds, standbys);
    return this.names.set(databaseWriterHost!, timeToLive.seconds, [this.database.writer.address]);
  }
}

type Secured = Surroundings & { authority: Authority };

async function startDatabase(plan: Plan, around: Secured, secrets: Secrets) {
  const { databaseReaderHost, databaseWriterHost } = plan.outputs as Record<string, string>;
  const { maxConnections } = await shippedIn(plan);
  const replicationPassword = newPassword();
  const zones = addressesIn(plan, "database", 11);
  const endpoints = memberEndpoints(plan);
  endpoints.forEach((endpoint, index) =>
    around.names.set(endpoint, timeToLive.seconds, [zones[index]!]),
  );
  return DatabaseCluster.start(
    {
      ...around,
      replicationPassword,
      names: [databaseWriterHost!, databaseReaderHost!],
      endpoint: (server) => endpoints[memberNames.findIndex((name) => name === server)] ?? server,
      addresses: {
        one: zones[0]!,
        two: zones[1]!,
        three: zones[2]!,
        replica: addressesIn(plan, "database", 12)[0]!,
      },
      parameters: { max_connections: String(maxConnections), shared_buffers: "64MB" },
    },
    (writer) => begin(writer, replicationPassword, secrets.logins, endpoints),
  );
}

/** Names of a cluster's instances that the poolers are told; none in the other topology. */
function memberEndpoints(plan: Plan): string[] {
  const { values } = localReleases(plan).find(({ name }) => name === "pgbouncer")!;
  return (values.topology as { endpoints: string[] } | undefined)?.endpoints ?? [];
}

/** RDS's part of the beginning: an empty database, a master who is no superuser, and its list of instances. */
async function begin(
  writer: Postgres,
  replication: string,
  { master }: Logins,
  endpoints: string[],
): Promise<void> {
  await writer.sql(`CREATE ROLE replication LOGIN REPLICATION PASSWORD '${replication}'`);
  for (const statement of rdsMaster(master, "minixdr")) await writer.sql(statement);
  if (endpoints.length === 0) return;
  for (const statement of rdsTools(master, endpoints)) await writer.sql(statement);
}

async function startCache(plan: Plan, around: Secured, { cache }: Secrets): Promise<Cache> {
  const name = plan.outputs.cachePrimaryHost as string;
  const address = addressesIn(plan, "database", 20)[0]!;
  around.names.set(name, timeToLive.seconds, [address]);
  return Cache.start({ ...around, name, address, token: cache.password });
}

async function startStorage(plan: Plan, { network }: Surroundings): Promise<Moto> {
  const address = await network.add("storage", addressesIn(plan, "database", 30)[0]!);
  return Moto.start(vaultOf(plan), {
    inside: network.inside("storage"),
    address,
    port: storagePort,
  });
}
