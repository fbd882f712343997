import * as pulumi from "@pulumi/pulumi";
import * as ec2 from "@pulumi/aws/ec2";
import * as iam from "@pulumi/aws/iam";
import * as rds from "@pulumi/aws/rds";
import * as random from "@pulumi/random";
import { closedSecurityGroup } from "../closed-security-group";
import { trustPolicy } from "../iam-policy";
import {
  databaseName,
  databasePort,
  type DatabaseArgs,
  type DatabaseEndpoints,
  type DatabaseFoundation,
} from "./foundation";
import { multiAzCluster } from "./multi-az-cluster";
import { multiAzInstance } from "./multi-az-instance";

/**
 * PostgreSQL 15 in one of two topologies.
 *
 * `cluster`: a Multi-AZ DB cluster, a writer and two readable standbys in three zones. AWS quotes a
 * failover of "typically under 35 seconds". Its only copy in another Region are the dumps.
 * `instance`: a Multi-AZ instance with read replicas, AWS quotes "typically 60 to 120 seconds";
 * its automated backups are replicated to the recovery Region.
 *
 * Both: encrypted, TLS only, deletion protected, point-in-time recovery within 5 minutes (AWS).
 * Costs: a cluster pays for three members, an instance for two and its replicas, plus storage.
 */
export class Database extends pulumi.ComponentResource {
  readonly endpoints: DatabaseEndpoints;
  readonly port = databasePort;
  readonly databaseName = databaseName;
  /** Long-lived group; a cluster is let in by a rule of its own, so that losing it changes nothing here. */
  readonly securityGroupId: pulumi.Output<string>;

  constructor(
    private readonly name: string,
    private readonly args: DatabaseArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("mini-xdr:index:Database", name, args, opts);
    const foundation = this.foundation();
    this.endpoints =
      args.topology === "cluster" ? multiAzCluster(foundation) : multiAzInstance(foundation);
    this.notifyEvents();
    this.securityGroupId = foundation.securityGroup.id;
    this.registerOutputs({ ...this.endpoints, securityGroupId: this.securityGroupId });
  }

  private foundation(): DatabaseFoundation {
    return {
      name: this.name,
      args: this.args,
      parent: this,
      securityGroup: this.securityGroup(),
      monitoringRoleArn: this.monitoringRole().arn,
      finalSnapshotIdentifier: this.finalSnapshotIdentifier(),
    };
  }

  private securityGroup(): ec2.SecurityGroup {
    return closedSecurityGroup(this, `${this.name}-security-group`, {
      vpcId: this.args.vpcId,
      guards: "mini-xdr PostgreSQL",
      tag: `${this.args.identifier}-database`,
    });
  }

  private monitoringRole(): iam.Role {
    const role = new iam.Role(
      `${this.name}-monitoring-role`,
      { assumeRolePolicy: trustPolicy("monitoring.rds.amazonaws.com") },
      { parent: this },
    );
    new iam.RolePolicyAttachment(
      `${this.name}-monitoring-policy`,
      {
        role: role.name,
        policyArn: "arn:aws:iam::aws:policy/service-role/AmazonRDSEnhancedMonitoringRole",
      },
      { parent: this },
    );
    return role;
  }

  /** A snapshot's name can be used once; the random part changes with the database's identifier. */
  private finalSnapshotIdentifier(): pulumi.Output<string> {
    const suffix = new random.RandomId(
      `${this.name}-final-snapshot-suffix`,
      { byteLength: 4, keepers: { identifier: this.args.identifier } },
      { parent: this },
    );
    return pulumi.interpolate`${this.args.identifier}-final-${suffix.hex}`;
  }

  private notifyEvents(): void {
    new rds.EventSubscription(
      `${this.name}-events`,
      {
        name: this.args.identifier,
        snsTopic: this.args.topicArn,
        sourceType: this.endpoints.sourceType,
        sourceIds: [this.endpoints.sourceId],
        eventCategories:
          this.endpoints.sourceType === "db-cluster"
            ? ["failover", "failure", "maintenance", "notification"]
            : ["availability", "failover", "failure", "low storage", "maintenance", "recovery"],
      },
      { parent: this },
    );
  }
}
