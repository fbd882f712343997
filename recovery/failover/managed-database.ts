import {
  DescribeDBClustersCommand,
  DescribeDBInstancesCommand,
  FailoverDBClusterCommand,
  RebootDBInstanceCommand,
  type RDSClient,
} from "@aws-sdk/client-rds";
import { UsageError } from "../../lib/ends";

/** What RDS says of a database. */
export interface DatabaseState {
  /** `available` when nothing is under way. */
  status: string;
  /** Names where the writer is: another value after a failover. */
  writer: string;
  /** Whether something could take over. */
  standby: boolean;
}

/** The database as RDS manages it, in either topology. */
export interface ManagedDatabase {
  readonly identifier: string;
  state(): Promise<DatabaseState>;
  /** Asks RDS for a failover; resolves when it has accepted. */
  failOver(): Promise<void>;
}

/** A Multi-AZ DB cluster: RDS picks the standby with the least lag. */
export function managedCluster(rds: RDSClient, identifier: string): ManagedDatabase {
  return {
    identifier,
    async state() {
      const { DBClusters } = await rds.send(
        new DescribeDBClustersCommand({ DBClusterIdentifier: identifier }),
      );
      const { Status = "", DBClusterMembers = [] } = DBClusters?.[0] ?? {};
      const writer = DBClusterMembers.find((member) => member.IsClusterWriter);
      return {
        status: Status,
        writer: writer?.DBInstanceIdentifier ?? "",
        standby: DBClusterMembers.some((member) => !member.IsClusterWriter),
      };
    },
    async failOver() {
      await rds.send(new FailoverDBClusterCommand({ DBClusterIdentifier: identifier }));
    },
  };
}

/** A Multi-AZ instance: a reboot with failover starts its standby in another zone. */
export function managedInstance(rds: RDSClient, identifier: string): ManagedDatabase {
  return {
    identifier,
    async state() {
      const { DBInstances } = await rds.send(
        new DescribeDBInstancesCommand({ DBInstanceIdentifier: identifier }),
      );
      const { DBInstanceStatus = "", AvailabilityZone = "", MultiAZ } = DBInstances?.[0] ?? {};
      return { status: DBInstanceStatus, writer: AvailabilityZone, standby: MultiAZ === true };
    },
    async failOver() {
      await rds.send(
        new RebootDBInstanceCommand({ DBInstanceIdentifier: identifier, ForceFailover: true }),
      );
    },
  };
}

/** The state of a database that can fail over now. @throws UsageError when it cannot. */
export async function requireReady(database: ManagedDatabase): Promise<DatabaseState> {
  const state = await database.state().catch((error: Error) => {
    throw new UsageError(`RDS: ${database.identifier}: ${error.message}; nothing was started`);
  });
  const { identifier } = database;
  if (state.status !== "available")
    throw new UsageError(`RDS: ${identifier} is ${state.status}: wait until it is available`);
  if (!state.standby)
    throw new UsageError(`RDS: ${identifier} has no standby: a failover would only stop it`);
  return state;
}
