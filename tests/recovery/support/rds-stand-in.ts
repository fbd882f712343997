import { createServer, type Server } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";

/** A database as the stand-in tells of it. */
export interface StandInDatabase {
  topology: "cluster" | "instance";
  identifier: string;
  /** `available` and the like. */
  status: string;
  /** The first is the writer: member names of a cluster, zones of an instance. */
  members: string[];
}

/**
 * Stands in for the RDS API, as no emulator can fail over: it answers four actions from a script and
 * knows nothing else. What a failover does to the database itself is up to `onFailover`.
 */
export class RdsStandIn {
  /** Every action it was asked for, in order. */
  readonly actions: string[] = [];
  private constructor(
    private readonly server: Server,
    readonly database: StandInDatabase,
  ) {}

  static async start(
    database: StandInDatabase,
    onFailover: () => Promise<void> = () => Promise.resolve(),
  ): Promise<RdsStandIn> {
    const server = createServer();
    const standIn = new RdsStandIn(server, database);
    server.on("request", (request, response) => {
      let body = "";
      request.setEncoding("utf8").on("data", (text: string) => (body += text));
      request.on("end", () => {
        const action = new URLSearchParams(body).get("Action") ?? "";
        response.setHeader("content-type", "text/xml");
        response.end(standIn.answer(action, onFailover));
      });
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    return standIn;
  }

  /** What makes the AWS SDK and this project's engine turn to the stand-in. */
  get environment(): NodeJS.ProcessEnv {
    const { port } = this.server.address() as AddressInfo;
    return {
      AWS_ENDPOINT_URL_RDS: `http://127.0.0.1:${port}`,
      AWS_ACCESS_KEY_ID: "stand-in",
      AWS_SECRET_ACCESS_KEY: "stand-in",
    };
  }

  close(): void {
    this.server.close();
  }

  private answer(action: string, onFailover: () => Promise<void>): string {
    this.actions.push(action);
    const { database } = this;
    if (action === "FailoverDBCluster" || action === "RebootDBInstance") {
      database.status = action === "RebootDBInstance" ? "rebooting" : "failing-over";
      void onFailover().then(() => {
        database.members = [...database.members.slice(1), database.members[0]!];
        database.status = "available";
      });
    }
    const { topology, identifier, status, members } = database;
    const member = (name: string, index: number) =>
      `<DBClusterMember><DBInstanceIdentifier>${name}</DBInstanceIdentifier>` +
      `<IsClusterWriter>${index === 0}</IsClusterWriter></DBClusterMember>`;
    const told =
      topology === "cluster"
        ? `<DBCluster><DBClusterIdentifier>${identifier}</DBClusterIdentifier><Status>${status}</Status>` +
          `<DBClusterMembers>${members.map(member).join("")}</DBClusterMembers></DBCluster>`
        : `<DBInstance><DBInstanceIdentifier>${identifier}</DBInstanceIdentifier>` +
          `<DBInstanceStatus>${status}</DBInstanceStatus><MultiAZ>${members.length > 1}</MultiAZ>` +
          `<AvailabilityZone>${members[0]}</AvailabilityZone></DBInstance>`;
    const list = topology === "cluster" ? "DBClusters" : "DBInstances";
    const inner = action.startsWith("Describe") ? `<${list}>${told}</${list}>` : told;
    return (
      `<${action}Response xmlns="http://rds.amazonaws.com/doc/2014-10-31/">` +
      `<${action}Result>${inner}</${action}Result></${action}Response>`
    );
  }
}
