import type * as pulumi from "@pulumi/pulumi";
import type * as ec2 from "@pulumi/aws/ec2";
import type * as rds from "@pulumi/aws/rds";
import type { DatabaseConfig } from "../../config";
import type { Credential } from "../credentials";
import type { RecoveryPlace } from "../recovery-place";
import type { Transform } from "../transform";

export interface DatabaseArgs extends DatabaseConfig {
  /** Identifier of the database, such as `mini-xdr-prod`. */
  identifier: string;
  vpcId: pulumi.Input<string>;
  /** Three. RDS takes no more of a DB cluster, and picks any three of a subnet group that has more. */
  zones: string[];
  /** One isolated subnet per zone, in the order of `zones`. */
  subnetIds: pulumi.Input<string>[];
  /** Encrypts storage, snapshots and Performance Insights. */
  kmsKeyArn: pulumi.Input<string>;
  master: Credential;
  /** Receives failovers, low storage, maintenance. */
  topicArn: pulumi.Input<string>;
  /** Second Region of the automated backups (instance topology only; AWS has none for clusters). */
  recovery?: RecoveryPlace;
  transform?: DatabaseTransforms;
}

/** Reaches what the arguments do not cover. */
export interface DatabaseTransforms {
  cluster?: Transform<rds.ClusterArgs>;
  instance?: Transform<rds.InstanceArgs>;
  replica?: Transform<rds.InstanceArgs>;
}

/** What both topologies share, created once by the component. */
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
