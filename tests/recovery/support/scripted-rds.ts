import { Scripted } from "./stand-ins";

/** A server of the scripted RDS. */
interface Row {
  id: string;
  resourceId: string;
  replicas: string[];
}

/**
 * A stand-in for RDS: it keeps names and answers in RDS's own XML. Everything is available at
 * once, an address follows an identifier, and nothing is behind it.
 */
export class ScriptedRds {
  /** Every change that was asked for. */
  readonly changes: { action: string; parameters: Record<string, string> }[] = [];
  private readonly rows = new Map<string, Row>();
  private made = 0;

  private constructor(private readonly kind: "cluster" | "instance") {}

  static async start(
    kind: "cluster" | "instance",
  ): Promise<{ rds: ScriptedRds; server: Scripted }> {
    const rds = new ScriptedRds(kind);
    rds.add("mini-xdr-prod", kind === "instance" ? ["mini-xdr-prod-replica-1"] : []);
    if (kind === "instance") rds.add("mini-xdr-prod-replica-1", []);
    const server = await Scripted.start((_, response, body) => {
      const parameters = Object.fromEntries(new URLSearchParams(body));
      response.writeHead(200, { "content-type": "text/xml" }).end(rds.answer(parameters));
    });
    return { rds, server };
  }

  /** Resource ids by identifier. */
  get identities(): Record<string, string> {
    return Object.fromEntries(
      [...this.rows.values()].map(({ id, resourceId }) => [id, resourceId]),
    );
  }

  private answer(parameters: Record<string, string>): string {
    const action = parameters.Action!;
    const name = parameters.DBClusterIdentifier ?? parameters.DBInstanceIdentifier;
    const result = (xml: string) =>
      `<${action}Response><${action}Result>${xml}</${action}Result></${action}Response>`;
    if (action.startsWith("Describe")) {
      const row = this.rows.get(name!)!;
      return result(this.kind === "cluster" ? this.cluster(row) : this.instance(row));
    }
    this.changes.push({ action, parameters });
    if (action.startsWith("Restore")) this.add(parameters.TargetDBInstanceIdentifier ?? name!, []);
    if (action.startsWith("CreateDBInstanceReadReplica")) this.add(name!, []);
    if (action.startsWith("Modify")) {
      const row = this.rows.get(name!)!;
      this.rows.delete(name!);
      row.id = (parameters.NewDBClusterIdentifier ?? parameters.NewDBInstanceIdentifier)!;
      this.rows.set(row.id, row);
    }
    return result("");
  }

  private add(id: string, replicas: string[]): void {
    this.rows.set(id, { id, resourceId: `db-${++this.made}`, replicas });
  }

  private cluster({ id }: Row): string {
    return `<DBClusters><DBCluster><DBClusterIdentifier>${id}</DBClusterIdentifier><Status>available</Status>
      <Endpoint>${id}.eu-central-1.rds.amazonaws.com</Endpoint>
      <EarliestRestorableTime>2026-11-01T00:00:00Z</EarliestRestorableTime><LatestRestorableTime>2026-11-23T02:00:00Z</LatestRestorableTime>
      <DBClusterInstanceClass>db.r6gd.large</DBClusterInstanceClass><StorageType>io1</StorageType><Iops>3000</Iops>
      <DBSubnetGroup>ours-subnets</DBSubnetGroup><DBClusterParameterGroup>ours-parameters</DBClusterParameterGroup>
      <VpcSecurityGroups><VpcSecurityGroupMembership><VpcSecurityGroupId>sg-ours</VpcSecurityGroupId></VpcSecurityGroupMembership></VpcSecurityGroups>
      <Port>5432</Port></DBCluster></DBClusters>`;
  }

  private instance({ id, resourceId, replicas }: Row): string {
    const names = replicas.map(
      (r) => `<ReadReplicaDBInstanceIdentifier>${r}</ReadReplicaDBInstanceIdentifier>`,
    );
    return `<DBInstances><DBInstance><DBInstanceIdentifier>${id}</DBInstanceIdentifier><DbiResourceId>${resourceId}</DbiResourceId>
      <DBInstanceStatus>available</DBInstanceStatus><DBInstanceClass>db.m7g.large</DBInstanceClass><MultiAZ>true</MultiAZ>
      <Endpoint><Address>${id}.eu-central-1.rds.amazonaws.com</Address><Port>5432</Port></Endpoint>
      <BackupRetentionPeriod>3500</BackupRetentionPeriod><LatestRestorableTime>2026-11-23T02:00:00Z</LatestRestorableTime>
      <DBSubnetGroup><DBSubnetGroupName>ours-subnets</DBSubnetGroupName></DBSubnetGroup>
      <DBParameterGroups><DBParameterGroup><DBParameterGroupName>ours-parameters</DBParameterGroupName></DBParameterGroup></DBParameterGroups>
      <VpcSecurityGroups><VpcSecurityGroupMembership><VpcSecurityGroupId>sg-ours</VpcSecurityGroupId></VpcSecurityGroupMembership></VpcSecurityGroups>
      <ReadReplicaDBInstanceIdentifiers>${names.join("")}</ReadReplicaDBInstanceIdentifiers></DBInstance></DBInstances>`;
  }
}
