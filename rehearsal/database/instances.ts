import { Client } from "pg";
import { timeToLive } from "../../policies/budgets/failover";
import type { Authority } from "../sandbox/certificates";
import type { Names } from "../sandbox/names";
import type { DatabaseCluster } from "./database-cluster";
import type { Login } from "./logins";
import type { Postgres } from "./postgres";
import { rdsMembers } from "./rds-master";

/** Minutes that clocks are off, where they are. */
const off = 7;

/** An instance of a cluster has the cluster's domain: NAME.ID.REGION… beside CLUSTER.cluster-ID.REGION… */
export function instanceEndpoint(writer: string, server: string): string {
  return `${server}.${writer.slice(writer.indexOf(".") + 1).replace(/^cluster-/, "")}`;
}

/** The instances by names of their own, and what they say of themselves to the sidecar that asks. */
export class Instances {
  constructor(
    private readonly cluster: DatabaseCluster,
    private readonly names: Names,
    private readonly authority: Authority,
    /** The writer's name. */
    private readonly writer: string,
    /** Who asks. */
    private readonly login: Login,
  ) {}

  /** Names that lead to the instances. */
  introduce(): void {
    for (const { name, address } of this.cluster.members) this.lead(name, address);
  }

  get endpoints(): string[] {
    return this.cluster.members.map(({ name }) => this.endpoint(name));
  }

  /** The name of one instance alone. */
  endpoint(server: string): string {
    return instanceEndpoint(this.writer, server);
  }

  /** Where the name of one instance leads from now on, as DNS says. */
  lead(server: string, address: string): void {
    this.names.set(this.endpoint(server), timeToLive.seconds, [address]);
  }

  /** RDS's table of the instances from now on says this. */
  async tell(endpoints: string[]): Promise<void> {
    await this.cluster.writer.sql(rdsMembers(endpoints));
  }

  /** Ends what the sidecars ask through, so that they look every name up again. */
  async endQuestions(): Promise<void> {
    const ending =
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'topology'";
    const running = this.cluster.members.filter((server) => server.running);
    await Promise.all(running.map((server) => server.sql(ending)));
  }

  /**
   * From now on the clocks of two instances are minutes off, one ahead and one behind, for whoever asks
   * as the sidecar does. A function of the same name, found before PostgreSQL's own, stands for the clock;
   * it leaves out what the servers themselves do by theirs.
   */
  async unsettleClocks(): Promise<void> {
    const [ahead, behind] = this.cluster.members as [Postgres, Postgres];
    await this.change(
      "CREATE SCHEMA other_clock",
      `CREATE FUNCTION other_clock.clock_timestamp() RETURNS timestamptz LANGUAGE sql AS $$
         SELECT pg_catalog.clock_timestamp() + ${off} * CASE current_setting('cluster_name')
           WHEN '${ahead.name}' THEN interval '1 minute'
           WHEN '${behind.name}' THEN interval '-1 minute' ELSE interval '0' END $$`,
      `GRANT USAGE ON SCHEMA other_clock TO ${this.login.username}`,
      `ALTER ROLE ${this.login.username} SET search_path = other_clock, pg_catalog`,
    );
  }

  async settleClocks(): Promise<void> {
    await this.change(
      `ALTER ROLE ${this.login.username} RESET search_path`,
      "DROP SCHEMA other_clock CASCADE",
    );
  }

  /** Minutes by which the instances' clocks are ahead of ours, as the sidecar is told. */
  async clocks(): Promise<number[]> {
    return Promise.all(this.cluster.members.map((server) => this.clock(server)));
  }

  private async clock({ name, address: host }: Postgres): Promise<number> {
    const { username: user, password } = this.login;
    const ssl = { ca: this.authority.pem, servername: this.endpoint(name) };
    const client = new Client({ host, port: 5432, database: "postgres", user, password, ssl });
    await client.connect();
    try {
      const { rows } = await client.query<{ now: Date }>("SELECT clock_timestamp() AS now");
      return (rows[0]!.now.getTime() - Date.now()) / 60_000;
    } finally {
      await client.end();
    }
  }

  private async change(...statements: string[]): Promise<void> {
    for (const statement of statements) await this.cluster.writer.sql(statement);
    await this.endQuestions();
  }
}
