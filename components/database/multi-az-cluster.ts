import * as rds from "@pulumi/aws/rds";
import { iopsOfGp3 } from "../../config-schema";
import { transformed } from "../transform";
import {
  databaseName,
  databasePort,
  postgresMajor,
  type DatabaseEndpoints,
  type DatabaseFoundation,
} from "./foundation";
import { exportedLogs, logGroups } from "./logs";
import { parameterGroupArgs } from "./parameters";

/** A Multi-AZ DB cluster: a writer and two readable standbys, each in a zone of its own. */
export function multiAzCluster(foundation: DatabaseFoundation): DatabaseEndpoints {
  const { name, args, parent } = foundation;
  const subnetGroup = new rds.SubnetGroup(
    `${name}-subnets`,
    { name: args.identifier, subnetIds: args.subnetIds },
    { parent },
  );
  const parameterGroup = new rds.ClusterParameterGroup(
    `${name}-parameters`,
    parameterGroupArgs(args),
    // A major upgrade needs the old family's group until it is through.
    { parent, retainOnDelete: true },
  );
  const cluster = new rds.Cluster(
    `${name}-cluster`,
    transformed(args.transform?.cluster, {
      clusterIdentifier: args.identifier,
      engine: "postgres",
      engineVersion: postgresMajor,
      databaseName,
      port: databasePort,
      masterUsername: args.master.username,
      masterPassword: args.master.password,
      availabilityZones: args.zones,
      dbClusterInstanceClass: args.instanceClass,
      // For good: another type may replace the cluster (docs/decisions/0003).
      storageType: "gp3",
      allocatedStorage: args.storageGb,
      // Stated even where they are the ones in the price: absent, each preview would take them away.
      iops: args.iops ?? iopsOfGp3(args.storageGb).least,
      storageEncrypted: true,
      kmsKeyId: args.kmsKeyArn,
      dbSubnetGroupName: subnetGroup.name,
      dbClusterParameterGroupName: parameterGroup.name,
      vpcSecurityGroupIds: [foundation.securityGroup.id],
      caCertificateIdentifier: "rds-ca-rsa2048-g1",
      autoMinorVersionUpgrade: true,
      allowMajorVersionUpgrade: false,
      // A new class or a parameter that needs a restart waits for the night; a password never waits.
      applyImmediately: false,
      preferredMaintenanceWindow: "sun:03:30-sun:04:30",
      preferredBackupWindow: "00:30-01:30",
      backupRetentionPeriod: args.backupRetentionDays,
      copyTagsToSnapshot: true,
      deletionProtection: true,
      skipFinalSnapshot: false,
      finalSnapshotIdentifier: foundation.finalSnapshotIdentifier,
      performanceInsightsEnabled: true,
      performanceInsightsKmsKeyId: args.kmsKeyArn,
      performanceInsightsRetentionPeriod: 7,
      monitoringInterval: 15,
      monitoringRoleArn: foundation.monitoringRoleArn,
      enabledCloudwatchLogsExports: exportedLogs,
    }),
    { parent, protect: true, dependsOn: logGroups(foundation, "cluster") },
  );
  // RDS names a cluster's members so; any of them may become the writer.
  const memberIds = [1, 2, 3].map((member) => `${args.identifier}-instance-${member}`);
  return {
    arn: cluster.arn,
    writerHost: cluster.endpoint,
    readerHost: cluster.readerEndpoint,
    sourceType: "db-cluster",
    sourceId: cluster.clusterIdentifier,
    memberIds,
    replicaIds: memberIds,
  };
}
