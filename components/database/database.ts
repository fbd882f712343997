import * as pulumi from "@pulumi/pulumi";
import * as ec2 from "@pulumi/aws/ec2";
import * as iam from "@pulumi/aws/iam";
import * as rds from "@pulumi/aws/rds";
import * as random from "@pulumi/random";
import type { DatabaseConfig } from "../../config";
import type { Credential } from "../credentials";
import { trustPolicy } from "../iam-policy";
import type { Transform } from "../transform";
import { multiAzCluster } from "./multi-az-cluster";
import { multiAzInstance } from "./multi-az-instance";

export interface DatabaseArgs extends DatabaseConfig {
  /** Identifier of the database, such as `mini-xdr-prod`. */
  identifier: string;
  vpcId: pulumi.Input<string>;
  zones: string[];
  /** One isolated subnet a zone, in the order of `zones`. */
  subnetIds: pulumi.Input<string>[];
  /** Encrypts storage, snapshots and Performance Insights. */
  kmsKeyArn: pulumi.Input<string>;
  master: Credential;
  /** Receives failovers, low storage, maintenance. */
  topicArn: pulumi.Input<string>;
  /** Second Region of the automated backups (instance topology only; AWS has none for clusters). */
  recovery: { region: string; kmsKeyArn: pulumi.Input<string> };
  transform?: DatabaseTransforms;
}

/** Reaches what the arguments do not cover. */
export interface DatabaseTransforms {
  cluster?: Transform<rds.ClusterArgs>;
  instance?: Transform<rds.InstanceArgs>;
  replica?: Transform<rds.InstanceArgs>;
}

/** What both topologies share, made once by the component. */
export interface DatabaseFoundation {
  name: string;
  args: DatabaseArgs;
  parent: pulumi.Resource;
  securityGroup: ec2.SecurityGroup;
  monitoringRoleArn: pulumi.Output<string>;
  finalSnapshotIdentifier: pulumi.Output<string>;
}

/** Where a topology serves, and what its alarms and events watch. */
export interface DatabaseEndpoints {
  arn: pulumi.Output<string>;
  /** Follows the writer through a failover. */
  writerHost: pulumi.Output<string>;
  /** Readable standbys or read replicas; several hosts are separated by commas. */
  readerHost: pulumi.Output<string>;
  /** Event source type of RDS. */
  sourceType: "db-cluster" | "db-instance";
  /** Resource that events come from. */
  sourceId: pulumi.Output<string>;
  /** Identifiers of every member, the writer's first at creation; CloudWatch's metrics carry them. */
  memberIds: string[];
  /** Those among them that can lag behind a writer. */
  replicaIds: string[];
}

/** PostgreSQL's major: minors are applied by AWS in the maintenance window. */
export const postgresMajor = "15";
export const databasePort = 5432;
export const databaseName = "minixdr";

/**
 * PostgreSQL 15 in one of two topologies.
 *
 * `cluster`: a Multi-AZ DB cluster, a writer and two readable standbys in three zones. AWS quotes a
 * failover of "typically under 35 seconds". It has no copy in another Region: the dumps are that.
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
    return new ec2.SecurityGroup(
      `${this.name}-security-group`,
      {
        vpcId: this.args.vpcId,
        description: "mini-xdr PostgreSQL: rules are added by whoever is let in",
        tags: { Name: `${this.args.identifier}-database` },
      },
      { parent: this },
    );
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
