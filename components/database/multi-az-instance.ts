import * as pulumi from "@pulumi/pulumi";
import * as rds from "@pulumi/aws/rds";
import type { RecoveryPlace } from "../recovery-place";
import { transformed } from "../transform";
import {
  databaseName,
  databasePort,
  postgresMajor,
  type DatabaseEndpoints,
  type DatabaseFoundation,
} from "./foundation";
import { exportedLogs, logGroups, replicaId } from "./logs";
import { parameterGroupArgs } from "./parameters";

/**
 * A Multi-AZ instance, whose standby cannot be read, and read replicas.
 *
 * Primary and standby share the first two zones and the replicas start at the third, so that no
 * failover ever brings primary and first replica together.
 */
export function multiAzInstance(foundation: DatabaseFoundation): DatabaseEndpoints {
  const primary = primaryInstance(foundation);
  const replicas = readReplicas(foundation, primary);
  if (foundation.args.recovery) copyBackups(foundation, foundation.args.recovery, primary);
  const replicaIds = replicas.map((_, index) => replicaId(foundation.args.identifier, index));
  return {
    arn: primary.arn,
    writerHost: primary.address,
    readerHost: pulumi.all(replicas.map((r) => r.address)).apply((hosts) => hosts.join(",")),
    sourceType: "db-instance",
    sourceId: primary.identifier,
    memberIds: [foundation.args.identifier, ...replicaIds],
    replicaIds,
  };
}

function copyBackups(
  { name, args, parent }: DatabaseFoundation,
  { region, kmsKeyArn }: RecoveryPlace,
  primary: rds.Instance,
): void {
  new rds.InstanceAutomatedBackupsReplication(
    `${name}-backups-copy`,
    {
      sourceDbInstanceArn: primary.arn,
      region,
      kmsKeyId: kmsKeyArn,
      retentionPeriod: args.backupRetentionDays,
    },
    { parent, protect: true },
  );
}

function primaryInstance(foundation: DatabaseFoundation): rds.Instance {
  const { name, args, parent } = foundation;
  return new rds.Instance(
    `${name}-instance`,
    transformed(args.transform?.instance, {
      ...shared(foundation),
      identifier: args.identifier,
      engine: "postgres",
      engineVersion: postgresMajor,
      kmsKeyId: args.kmsKeyArn,
      dbName: databaseName,
      username: args.master.username,
      password: args.master.password,
      multiAz: true,
      dbSubnetGroupName: subnetGroup(foundation, "primary", args.subnetIds.slice(0, 2)).name,
      parameterGroupName: parameterGroup(foundation).name,
      allocatedStorage: args.storageGb,
      maxAllocatedStorage: args.storageGb * 4,
      backupRetentionPeriod: args.backupRetentionDays,
      backupWindow: "00:30-01:30",
      deleteAutomatedBackups: false,
      skipFinalSnapshot: false,
      finalSnapshotIdentifier: foundation.finalSnapshotIdentifier,
    }),
    { parent, protect: true, dependsOn: logGroups(foundation, "instance") },
  );
}

function readReplicas(foundation: DatabaseFoundation, primary: rds.Instance): rds.Instance[] {
  const { name, args, parent } = foundation;
  const group = subnetGroup(foundation, "replica", args.subnetIds);
  return Array.from({ length: args.readReplicas ?? 1 }, (_, index) => {
    const zone = args.zones[(index + 2) % args.zones.length]!;
    const identifier = replicaId(args.identifier, index);
    const server = { name: `${name}-replica-${index + 1}`, identifier };
    return new rds.Instance(
      server.name,
      transformed(args.transform?.replica, {
        ...shared(foundation),
        identifier,
        // By ARN: an identifier is refused beside a subnet group of the replica's own.
        replicateSourceDb: primary.arn,
        availabilityZone: zone,
        dbSubnetGroupName: group.name,
        parameterGroupName: primary.parameterGroupName,
        maxAllocatedStorage: args.storageGb * 4,
        // A replica holds nothing of its own: its snapshot would be the primary's.
        skipFinalSnapshot: true,
      }),
      { parent, protect: true, dependsOn: logGroups(foundation, "instance", server) },
    );
  });
}

function shared({ args, securityGroup, monitoringRoleArn }: DatabaseFoundation) {
  return {
    instanceClass: args.instanceClass,
    port: databasePort,
    storageType: "gp3",
    storageEncrypted: true,
    publiclyAccessible: false,
    vpcSecurityGroupIds: [securityGroup.id],
    caCertIdentifier: "rds-ca-rsa2048-g1",
    autoMinorVersionUpgrade: true,
    allowMajorVersionUpgrade: false,
    // What needs a restart waits for the night; a password never waits.
    applyImmediately: false,
    maintenanceWindow: "sun:03:30-sun:04:30",
    copyTagsToSnapshot: true,
    deletionProtection: true,
    performanceInsightsEnabled: true,
    performanceInsightsKmsKeyId: args.kmsKeyArn,
    performanceInsightsRetentionPeriod: 7,
    monitoringInterval: 15,
    monitoringRoleArn,
    enabledCloudwatchLogsExports: exportedLogs,
  };
}

function parameterGroup({ name, args, parent }: DatabaseFoundation): rds.ParameterGroup {
  return new rds.ParameterGroup(
    `${name}-parameters`,
    // A major upgrade needs the old family's group until it is through.
    { ...parameterGroupArgs(args), skipDestroy: true },
    { parent },
  );
}

function subnetGroup(
  { name, args, parent }: DatabaseFoundation,
  kind: string,
  subnetIds: pulumi.Input<string>[],
): rds.SubnetGroup {
  return new rds.SubnetGroup(
    `${name}-${kind}-subnets`,
    { name: `${args.identifier}-${kind}`, subnetIds },
    { parent },
  );
}
