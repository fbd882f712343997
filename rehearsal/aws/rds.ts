import type { ServerResponse } from "node:http";
import { LocalServer } from "../../lib/http-server";

/** The database that the stand-in begins with. */
export interface StandInDatabase {
  topology: "cluster" | "instance";
  identifier: string;
  /** The first is the writer: member names of a cluster, zones of an instance. */
  members: string[];
  /** Identifiers of an instance's read replicas. */
  replicas?: string[];
  /** By default `available`. */
  status?: string;
}

/** A server as RDS knows it: a DB cluster, a DB instance or a read replica. */
export interface StandInServer {
  identifier: string;
  resourceId: string;
  status: string;
  members: string[];
  replicas: string[];
}

/** What was asked for, in the API's own names. */
export interface RdsRequest {
  action: string;
  parameters: Record<string, string>;
}

/**
 * Stands in for the RDS API of one topology, in its own XML: describe, fail over or reboot, restore
 * to a point in time, create a replica, rename. An address follows an identifier, as in RDS.
 *
 * It leaves out: databases behind the names, time (what is restored, made or renamed is available at
 * once), every setting but those below, permissions, throttling, and all other actions, which it
 * answers with InvalidAction. What a failover does to the database itself is up to `onFailover`.
 */
export class RdsStandIn {
  /** Everything that it was asked for, in order. */
  readonly requests: RdsRequest[] = [];
  private readonly servers: StandInServer[] = [];
  private made = 0;

  private constructor(
    private readonly topology: StandInDatabase["topology"],
    private readonly onFailover: () => Promise<void>,
    private readonly listener: LocalServer,
  ) {}

  /** @param onFailover resolves once the database's writer is another. */
  static async start(
    { topology, identifier, members, replicas = [], status }: StandInDatabase,
    onFailover: () => Promise<void> = () => Promise.resolve(),
  ): Promise<RdsStandIn> {
    const listener = await LocalServer.start((_, response, body) =>
      standIn.respond(Object.fromEntries(new URLSearchParams(body)), response),
    );
    const standIn = new RdsStandIn(topology, onFailover, listener);
    standIn.add(identifier, members, [...replicas]).status = status ?? "available";
    for (const replica of replicas) standIn.add(replica, members.slice(-1));
    return standIn;
  }

  /** What makes the AWS SDK turn to the stand-in. */
  get environment(): NodeJS.ProcessEnv {
    return {
      AWS_ENDPOINT_URL_RDS: this.listener.url,
      AWS_ACCESS_KEY_ID: "stand-in",
      AWS_SECRET_ACCESS_KEY: "stand-in",
    };
  }

  /** The requests that were to change something. */
  get changes(): RdsRequest[] {
    return this.requests.filter(({ action }) => !action.startsWith("Describe"));
  }

  /** Resource ids by identifier. */
  get identities(): Record<string, string> {
    return Object.fromEntries(this.servers.map((one) => [one.identifier, one.resourceId]));
  }

  /** The server of that identifier, now. */
  server(identifier: string): StandInServer | undefined {
    return this.servers.find((one) => one.identifier === identifier);
  }

  stop(): Promise<void> {
    return this.listener.stop();
  }

  private respond(parameters: Record<string, string>, response: ServerResponse): void {
    const action = parameters.Action!;
    this.requests.push({ action, parameters });
    const answer = (code: number, xml: string) =>
      void response.writeHead(code, { "content-type": "text/xml" }).end(xml);
    const refuse = (code: number, fault: string, message: string) =>
      answer(code, tag("ErrorResponse", tag("Error", tag("Code", fault), tag("Message", message))));
    const kind = this.topology === "cluster" ? "DBCluster" : "DBInstance";
    const act = this.actions[action];
    if (!act) return refuse(400, "InvalidAction", `the stand-in has no ${action}`);
    const named = parameters[`Source${kind}Identifier`] ?? parameters[`${kind}Identifier`] ?? "";
    const server = this.server(named);
    if (!server) return refuse(404, `${kind}NotFoundFault`, `${kind} ${named} not found.`);
    const described = this.describe(act(server, parameters));
    const result = action.startsWith("Describe") ? tag(`${kind}s`, described) : described;
    answer(200, tag(`${action}Response`, tag(`${action}Result`, result)));
  }

  /** What an action does to the server that it names; it tells of the one it returns. */
  private readonly actions: Record<
    string,
    (server: StandInServer, parameters: Record<string, string>) => StandInServer
  > = {
    DescribeDBClusters: (server) => server,
    DescribeDBInstances: (server) => server,
    FailoverDBCluster: (server) => this.failOver(server, "failing-over"),
    RebootDBInstance: (server) => this.failOver(server, "rebooting"),
    RestoreDBClusterToPointInTime: ({ members }, { DBClusterIdentifier }) =>
      this.add(DBClusterIdentifier!, members),
    RestoreDBInstanceToPointInTime: ({ members }, { TargetDBInstanceIdentifier }) =>
      this.add(TargetDBInstanceIdentifier!, members),
    CreateDBInstanceReadReplica: (source, { DBInstanceIdentifier }) => {
      source.replicas.push(DBInstanceIdentifier!);
      return this.add(DBInstanceIdentifier!, source.members.slice(-1));
    },
    ModifyDBCluster: (server, { NewDBClusterIdentifier }) =>
      this.rename(server, NewDBClusterIdentifier!),
    ModifyDBInstance: (server, { NewDBInstanceIdentifier }) =>
      this.rename(server, NewDBInstanceIdentifier!),
  };

  private add(identifier: string, members: string[], replicas: string[] = []): StandInServer {
    const resourceId = `db-${++this.made}`;
    const server = { identifier, resourceId, status: "available", members, replicas };
    this.servers.push(server);
    return server;
  }

  private failOver(server: StandInServer, status: string): StandInServer {
    server.status = status;
    void this.onFailover().then(() => {
      server.members = [...server.members.slice(1), server.members[0]!];
      server.status = "available";
    });
    return server;
  }

  private rename(server: StandInServer, to: string): StandInServer {
    for (const source of this.servers)
      source.replicas = source.replicas.map((one) => (one === server.identifier ? to : one));
    server.identifier = to;
    return server;
  }

  private describe(server: StandInServer): string {
    return this.topology === "cluster" ? cluster(server) : instance(server);
  }
}

const latest = tag("LatestRestorableTime", "2026-11-23T02:00:00Z");
const securityGroups = tag(
  "VpcSecurityGroups",
  tag("VpcSecurityGroupMembership", tag("VpcSecurityGroupId", "sg-ours")),
);

function cluster({ identifier, status, members }: StandInServer): string {
  return tag(
    "DBCluster",
    tag("DBClusterIdentifier", identifier),
    tag("Status", status),
    tag("Endpoint", address(identifier)),
    tag("Port", 5432),
    tag(
      "DBClusterMembers",
      ...members.map((name, index) =>
        tag(
          "DBClusterMember",
          tag("DBInstanceIdentifier", name),
          tag("IsClusterWriter", index === 0),
        ),
      ),
    ),
    tag("EarliestRestorableTime", "2026-11-01T00:00:00Z"),
    latest,
    tag("DBClusterInstanceClass", "db.r6gd.large"),
    tag("StorageType", "gp3"),
    tag("Iops", 12_000),
    tag("DBSubnetGroup", "ours-subnets"),
    tag("DBClusterParameterGroup", "ours-parameters"),
    securityGroups,
  );
}

function instance(server: StandInServer): string {
  const { identifier, resourceId, status, members, replicas } = server;
  return tag(
    "DBInstance",
    tag("DBInstanceIdentifier", identifier),
    tag("DbiResourceId", resourceId),
    tag("DBInstanceStatus", status),
    tag("DBInstanceClass", "db.m7g.large"),
    tag("Endpoint", tag("Address", address(identifier)), tag("Port", 5432)),
    tag("MultiAZ", members.length > 1),
    tag("AvailabilityZone", members[0]!),
    tag("BackupRetentionPeriod", 3500),
    latest,
    tag("DBSubnetGroup", tag("DBSubnetGroupName", "ours-subnets")),
    tag(
      "DBParameterGroups",
      tag("DBParameterGroup", tag("DBParameterGroupName", "ours-parameters")),
    ),
    securityGroups,
    tag(
      "ReadReplicaDBInstanceIdentifiers",
      ...replicas.map((replica) => tag("ReadReplicaDBInstanceIdentifier", replica)),
    ),
  );
}

function address(identifier: string): string {
  return `${identifier}.eu-central-1.rds.amazonaws.com`;
}

function tag(name: string, ...content: (string | number | boolean)[]): string {
  return `<${name}>${content.join("")}</${name}>`;
}
