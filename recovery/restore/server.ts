import {
  CreateDBInstanceReadReplicaCommand,
  DescribeDBClustersCommand,
  DescribeDBInstancesCommand,
  ModifyDBClusterCommand,
  ModifyDBInstanceCommand,
  RDSClient,
  RestoreDBClusterToPointInTimeCommand,
  RestoreDBInstanceToPointInTimeCommand,
  waitUntilDBClusterAvailable,
  waitUntilDBInstanceAvailable,
  type DBCluster,
  type DBInstance,
} from "@aws-sdk/client-rds";

/** What a point-in-time recovery has to know of a database server, whichever its topology. */
export interface Server {
  id: string;
  /** Its id in the state: an instance's resource id, a cluster's identifier. */
  resourceId: string;
  host: string;
  earliest: Date;
  latest: Date;
}

/** One of RDS's topologies. */
export interface Topology {
  describe(id: string): Promise<Server>;
  /** A new server beside the old one, with the old one's network, parameters, encryption and size. */
  restore(id: string, to: Date, as: string): Promise<void>;
  waitUntilAvailable(id: string): Promise<void>;
  rename(id: string, to: string): Promise<void>;
}

/** AWS states no upper limit for a restore; the recovery objective is four hours. */
const patience = 4 * 3600;

/** A Multi-AZ DB cluster. AWS would restore it with default parameters and its default subnets. */
export function clusterTopology(rds: RDSClient): Topology {
  const read = async (id: string): Promise<DBCluster> =>
    (await rds.send(new DescribeDBClustersCommand({ DBClusterIdentifier: id }))).DBClusters![0]!;
  const wait = async (id: string): Promise<void> => {
    await waitUntilDBClusterAvailable(waiting(rds), { DBClusterIdentifier: id });
  };
  return {
    async describe(id) {
      const cluster = await read(id);
      return {
        id,
        resourceId: id,
        host: cluster.Endpoint!,
        earliest: cluster.EarliestRestorableTime!,
        latest: cluster.LatestRestorableTime!,
      };
    },
    async restore(id, to, as) {
      const old = await read(id);
      await rds.send(
        new RestoreDBClusterToPointInTimeCommand({
          SourceDBClusterIdentifier: id,
          DBClusterIdentifier: as,
          RestoreToTime: to,
          DBClusterInstanceClass: old.DBClusterInstanceClass,
          StorageType: old.StorageType,
          Iops: old.Iops,
          DBSubnetGroupName: old.DBSubnetGroup,
          DBClusterParameterGroupName: old.DBClusterParameterGroup,
          VpcSecurityGroupIds: groups(old.VpcSecurityGroups),
          KmsKeyId: old.KmsKeyId,
          Port: old.Port,
          EnableCloudwatchLogsExports: old.EnabledCloudwatchLogsExports,
          CopyTagsToSnapshot: old.CopyTagsToSnapshot,
          DeletionProtection: true,
        }),
      );
    },
    waitUntilAvailable: wait,
    async rename(id, to) {
      await rds.send(
        new ModifyDBClusterCommand({
          DBClusterIdentifier: id,
          NewDBClusterIdentifier: to,
          ApplyImmediately: true,
        }),
      );
      await wait(to);
    },
  };
}

/** A Multi-AZ instance. Its read replicas follow the old one and are created again. */
export function instanceTopology(rds: RDSClient): Topology & Replicas {
  const read = async (id: string): Promise<DBInstance> =>
    (await rds.send(new DescribeDBInstancesCommand({ DBInstanceIdentifier: id }))).DBInstances![0]!;
  const wait = async (id: string): Promise<void> => {
    await waitUntilDBInstanceAvailable(waiting(rds), { DBInstanceIdentifier: id });
  };
  const alike = (old: DBInstance) => ({
    DBInstanceClass: old.DBInstanceClass,
    StorageType: old.StorageType,
    MaxAllocatedStorage: old.MaxAllocatedStorage,
    DBSubnetGroupName: old.DBSubnetGroup?.DBSubnetGroupName,
    DBParameterGroupName: old.DBParameterGroups?.[0]?.DBParameterGroupName,
    VpcSecurityGroupIds: groups(old.VpcSecurityGroups),
    Port: old.Endpoint?.Port,
    CACertificateIdentifier: old.CACertificateIdentifier,
    EnableCloudwatchLogsExports: old.EnabledCloudwatchLogsExports,
    CopyTagsToSnapshot: old.CopyTagsToSnapshot,
    AutoMinorVersionUpgrade: old.AutoMinorVersionUpgrade,
    PubliclyAccessible: false,
    DeletionProtection: true,
  });
  return {
    async describe(id) {
      const instance = await read(id);
      // RDS has the earliest time in its automated backups only; the retention gives the same.
      const days = instance.BackupRetentionPeriod ?? 0;
      return {
        id,
        resourceId: instance.DbiResourceId!,
        host: instance.Endpoint!.Address!,
        earliest: new Date(Date.now() - days * 24 * 3600 * 1000),
        latest: instance.LatestRestorableTime ?? new Date(0),
      };
    },
    async restore(id, to, as) {
      const old = await read(id);
      await rds.send(
        new RestoreDBInstanceToPointInTimeCommand({
          ...alike(old),
          SourceDBInstanceIdentifier: id,
          TargetDBInstanceIdentifier: as,
          RestoreTime: to,
          MultiAZ: old.MultiAZ,
        }),
      );
    },
    waitUntilAvailable: wait,
    async rename(id, to) {
      await rds.send(
        new ModifyDBInstanceCommand({
          DBInstanceIdentifier: id,
          NewDBInstanceIdentifier: to,
          ApplyImmediately: true,
        }),
      );
      await wait(to);
    },
    async replicasOf(id) {
      return (await read(id)).ReadReplicaDBInstanceIdentifiers ?? [];
    },
    async replicate(source, like, as) {
      const old = await read(like);
      await rds.send(
        new CreateDBInstanceReadReplicaCommand({
          ...alike(old),
          SourceDBInstanceIdentifier: source,
          DBInstanceIdentifier: as,
          AvailabilityZone: old.AvailabilityZone,
          KmsKeyId: old.KmsKeyId,
          MonitoringInterval: old.MonitoringInterval,
          MonitoringRoleArn: old.MonitoringRoleArn,
        }),
      );
      await wait(as);
    },
  };
}

/** Read replicas, which only the instance topology has. */
export interface Replicas {
  replicasOf(id: string): Promise<string[]>;
  /** A new replica of `source`, with the settings of another. */
  replicate(source: string, like: string, as: string): Promise<void>;
}

function waiting(client: RDSClient) {
  return { client, maxWaitTime: patience, minDelay: 5, maxDelay: 30 };
}

function groups(of: { VpcSecurityGroupId?: string }[] | undefined): string[] {
  return (of ?? []).map(({ VpcSecurityGroupId }) => VpcSecurityGroupId!);
}
