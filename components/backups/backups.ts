import * as pulumi from "@pulumi/pulumi";
import * as iam from "@pulumi/aws/iam";
import * as s3 from "@pulumi/aws/s3";
import { BackupVault, type BackupVaultArgs } from "./backup-vault";
import { allow, trustPolicy } from "../iam-policy";
import type { RecoveryPlace } from "../recovery-place";

export interface BackupsArgs {
  /** Stack's name prefix, such as `mini-xdr-prod`. */
  stackName: string;
  accountId: pulumi.Input<string>;
  /** Encrypts the vault in the stack's Region. */
  kmsKeyArn: pulumi.Input<string>;
  /** Absent: there is no copy in another Region. */
  recovery?: RecoveryPlace;
  /** Days in which nothing can be deleted (governance mode). */
  lockDays: number;
  transform?: BackupVaultArgs["transform"];
}

/** How S3's metrics name what copies one vault to the other. */
export interface Replication {
  sourceBucket: pulumi.Output<string>;
  destinationBucket: pulumi.Output<string>;
  ruleId: pulumi.Output<string>;
}

/**
 * Two vaults: one in the stack's Region and its replica, under a key of its own, in the recovery
 * Region if there is one. S3 promises replication of 99.99 % of objects within 15 minutes (replication time
 * control), which is the off-Region RPO of what has been dumped.
 *
 * Costs: storage twice, the transfer between the Regions, and replication time control per GB.
 */
export class Backups extends pulumi.ComponentResource {
  readonly bucket: pulumi.Output<string>;
  readonly bucketArn: pulumi.Output<string>;
  readonly recoveryBucket?: pulumi.Output<string>;
  /** The rule that copies the one to the other, as S3's metrics name it. */
  readonly replication?: Replication;

  constructor(
    private readonly name: string,
    private readonly args: BackupsArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("mini-xdr:index:Backups", name, args, opts);
    const primary = this.vault("primary", args.kmsKeyArn);
    this.bucket = primary.bucket;
    this.bucketArn = primary.bucketArn;
    if (args.recovery) {
      this.replication = this.replica(primary, args.recovery);
      this.recoveryBucket = this.replication.destinationBucket;
    }
    this.registerOutputs({
      bucket: this.bucket,
      bucketArn: this.bucketArn,
      recoveryBucket: this.recoveryBucket,
    });
  }

  private vault(kind: string, kmsKeyArn: pulumi.Input<string>, region?: string): BackupVault {
    const suffix = kind === "primary" ? "backups" : `backups-${kind}`;
    return new BackupVault(
      `${this.name}-${kind}`,
      {
        bucket: pulumi.interpolate`${this.args.stackName}-${suffix}-${this.args.accountId}`,
        region,
        kmsKeyArn,
        lockDays: this.args.lockDays,
        transform: this.args.transform,
      },
      { parent: this },
    );
  }

  private replica(primary: BackupVault, { region, kmsKeyArn }: RecoveryPlace): Replication {
    const recovery = this.vault("recovery", kmsKeyArn, region);
    const { bucket, rules } = this.replicate(primary, recovery, kmsKeyArn);
    return {
      sourceBucket: bucket,
      destinationBucket: recovery.bucket,
      ruleId: rules.apply(([rule]) => rule!.id!),
    };
  }

  private replicate(
    primary: BackupVault,
    recovery: BackupVault,
    replicaKmsKeyId: pulumi.Input<string>,
  ): s3.BucketReplicationConfig {
    const role = this.replicationRole(primary, recovery, replicaKmsKeyId);
    return new s3.BucketReplicationConfig(
      `${this.name}-replication`,
      {
        bucket: primary.bucket,
        role: role.arn,
        rules: [
          {
            id: "to-recovery-region",
            status: "Enabled",
            priority: 1,
            filter: { prefix: "" },
            // The replica has its own lifecycle: a deletion here is not replicated.
            deleteMarkerReplication: { status: "Disabled" },
            sourceSelectionCriteria: { sseKmsEncryptedObjects: { status: "Enabled" } },
            destination: {
              bucket: recovery.bucketArn,
              // Not STANDARD_IA: most dumps are gone before the 30 days that it charges at least.
              storageClass: "STANDARD",
              encryptionConfiguration: { replicaKmsKeyId },
              replicationTime: { status: "Enabled", time: { minutes: 15 } },
              metrics: { status: "Enabled", eventThreshold: { minutes: 15 } },
            },
          },
        ],
      },
      // S3 accepts the rule only once both buckets are versioned.
      { parent: this, dependsOn: [primary, recovery] },
    );
  }

  private replicationRole(
    primary: BackupVault,
    recovery: BackupVault,
    replicaKmsKeyId: pulumi.Input<string>,
  ): iam.Role {
    const role = new iam.Role(
      `${this.name}-replication-role`,
      { assumeRolePolicy: trustPolicy("s3.amazonaws.com") },
      { parent: this },
    );
    new iam.RolePolicy(
      `${this.name}-replication-policy`,
      {
        role: role.name,
        policy: allow(
          {
            Action: ["s3:GetReplicationConfiguration", "s3:ListBucket"],
            Resource: [primary.bucketArn],
          },
          {
            Action: [
              "s3:GetObjectVersionForReplication",
              "s3:GetObjectVersionAcl",
              "s3:GetObjectVersionTagging",
              "s3:GetObjectRetention",
              "s3:GetObjectLegalHold",
            ],
            Resource: [pulumi.interpolate`${primary.bucketArn}/*`],
          },
          {
            Action: ["s3:ReplicateObject", "s3:ReplicateTags"],
            Resource: [pulumi.interpolate`${recovery.bucketArn}/*`],
          },
          { Action: ["kms:Decrypt"], Resource: [this.args.kmsKeyArn] },
          {
            Action: ["kms:Encrypt", "kms:GenerateDataKey"],
            Resource: [replicaKmsKeyId],
          },
        ),
      },
      { parent: this },
    );
    return role;
  }
}
