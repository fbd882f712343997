import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { addressValues, type DatabaseAddress } from "./database/address";
import { replicationSeconds } from "./backups/backup-alarms";
import type { LostPlace } from "./backups/lost-vault";
import type { ImageReference } from "./registry";
import { Workload } from "./workload";

export interface DatabaseBackupArgs {
  namespace: string;
  /** Dimension of its CloudWatch metrics, such as `mini-xdr-prod`. */
  stackName: string;
  /** Built from images/backup. */
  image: ImageReference;
  database: DatabaseAddress;
  /** Standbys or replicas, separated by commas; a dump reads the first. */
  readerHost: pulumi.Output<string>;
  /** The instance topology has its own copy in another Region; a cluster's only copy are the dumps. */
  topology: "cluster" | "instance";
  /** Allocated storage of the database, GiB. */
  storageGb: number;
  vault: Vault;
  /** The stack's configuration as text, without anything secret: archived beside the dumps. */
  configuration: string;
  monitoringNamespace: string;
}

/** The vault as its jobs know it. */
export interface Vault {
  bucket: pulumi.Input<string>;
  kmsKeyArn: pulumi.Input<string>;
  /** What a manifest counts by, and a verification. */
  manifestKeyArn: pulumi.Input<string>;
  verificationKeyArn: pulumi.Input<string>;
  region: string;
  /** The lost stack whose place this one takes: its dumps are restored from its copy. */
  lost?: LostPlace;
}

/** How often the database is dumped, and how old the newest dump may get. */
const rhythms = {
  // Every half an hour: with the dump's own time and 15 minutes of replication, under an hour.
  cluster: {
    dump: "0,30 * * * *",
    every: 1800,
    verify: "35 3 * * 0",
    prune: "40 4 * * *",
    rpoSeconds: 3600,
  },
  // Once a day, at most 26 hours old: point-in-time recovery, here and in the other Region, is the RPO.
  instance: {
    dump: "0 2 * * *",
    every: 86_400,
    verify: "35 3 * * 0",
    prune: "40 4 * * *",
    rpoSeconds: 26 * 3600,
  },
};

/** Time that a dump may take so that its copy in the other Region is in time, seconds. */
export function dumpBudgetSeconds(topology: DatabaseBackupArgs["topology"]): number {
  const { every, rpoSeconds } = rhythms[topology];
  return rpoSeconds - every - replicationSeconds;
}

/**
 * Age that no dump may exceed, seconds; also what the alarm outside the cluster is set to.
 */
export function oldestBackupSeconds(topology: DatabaseBackupArgs["topology"]): number {
  return rhythms[topology].rpoSeconds;
}

/**
 * Dumps into the vault, verifies by restoring, prunes, drills, and reports. Its pods get their AWS
 * rights by Pod Identity, each job under a service account of its own, `database-backup-JOB`. What a
 * backup brings runs in a pod that has none, on a server that is made for it.
 *
 * Costs: three small pods; two work volumes while a verification runs; in the cluster topology 48 dumps a
 * day, each kept for 9 to 16 days (until it is pruned, a day, a week of noncurrent versions).
 */
export class DatabaseBackup extends Workload {
  constructor(
    name: string,
    private readonly args: DatabaseBackupArgs,
    opts: pulumi.ComponentResourceOptions,
  ) {
    super("DatabaseBackup", name, args.namespace, args, opts);
    this.jobs([
      this.configMap("stack-configuration", { "stack.json": args.configuration }),
      this.secret("database-scratch", {
        owner: this.scratchPassword("owner"),
        restorer: this.scratchPassword("restorer"),
      }),
    ]);
    this.registerOutputs({});
  }

  /** A scratch server holds nothing that outlives a verification: nobody else has to know its roles' passwords. */
  private scratchPassword(role: string): pulumi.Output<string> {
    const made = new random.RandomPassword(
      `${this.name}-scratch-${role}-password`,
      { length: 40, special: false },
      { parent: this },
    );
    return made.result;
  }

  private jobs(mounted: pulumi.Resource[]): void {
    const { args } = this;
    const { dump, verify, prune, rpoSeconds } = rhythms[args.topology];
    this.release(
      "release",
      {
        name: "database-backup",
        chart: "./charts/database-backup",
        version: "0.1.0",
        // Only the exporters start with it.
        timeoutSeconds: 3 * 150,
        values: {
          stackName: args.stackName,
          image: args.image,
          database: {
            ...addressValues(args.database),
            reader: { host: args.readerHost.apply((hosts) => hosts.split(",")[0]!) },
          },
          vault: args.vault,
          schedule: { dump, verify, prune },
          state: { configMaps: ["stack-configuration"] },
          exporter: { replicas: 3 },
          objectives: { rpoSeconds, rtoSeconds: 4 * 3600 },
          // A full disk's dump and its restored copy: indexes are rebuilt, nothing is bloated.
          work: { sizeGi: Math.ceil(args.storageGb * 1.5) },
          network: {
            databaseCidrs: args.database.cidrs,
            monitoringNamespace: args.monitoringNamespace,
          },
        },
      },
      mounted,
    );
  }
}
