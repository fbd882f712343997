import * as pulumi from "@pulumi/pulumi";
import * as iam from "@pulumi/aws/iam";
import { identities, type BackupRoles } from "./backup-identities";
import { backupRights, type LostVault } from "./backup-rights";
import { BackupVault, type BackupVaultArgs } from "./backup-vault";
import { replicate } from "./replication";
import { copyDenials, copyGrants, vaultDenials } from "./vault-policy";
import { trustPolicy } from "../iam-policy";
import type { RecoveryPlace } from "../recovery-place";

export interface BackupsArgs {
  /** Stack's name prefix, such as `mini-xdr-prod`. */
  stackName: string;
  accountId: pulumi.Input<string>;
  /** The one role that may change what protects the vault. */
  keeperArn: pulumi.Input<string>;
  /** Who may do what with the vault. */
  roles: BackupRoles;
  keys: {
    /** Encrypts the vault in the stack's Region. */
    vault: pulumi.Input<string>;
    /** Signs manifests and verifications. */
    manifests: pulumi.Input<string>;
    verifications: pulumi.Input<string>;
  };
  /** Absent: there is no copy in another Region. */
  recovery?: RecoveryPlace;
  /** The copy of the lost stack whose place this one takes: its dumps are restored from there. */
  lost?: LostVault;
  /** Days in which nothing can be deleted, where a dump brings no lock of its own. */
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
 * Days after which the copy lets a dump go, whoever has tagged what: longer than the 7 days, 4 weeks
 * and 6 months that are promised, with a week for people to notice that no new ones arrive.
 */
export const copiesLast = { "daily/": 16, "weekly/": 45, "monthly/": 220 };

/** Name of the bucket of a stack's copies, and the account in it. */
export function copyBucketOf(stackName: string, accountId: pulumi.Input<string>) {
  return pulumi.interpolate`${stackName}-backups-recovery-${accountId}`;
}

/**
 * Two vaults: one in the stack's Region and its replica, under a key of its own, in the recovery
 * Region if there is one, and in another account if there is that. S3 promises replication of 99.99 %
 * of objects within 15 minutes (replication time control), which is the off-Region RPO of what has
 * been dumped.
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
    // Without the provider in it, which among a component's inputs would wait for itself.
    super("mini-xdr:index:Backups", name, { ...args, recovery: undefined }, opts);
    const primary = this.primary();
    this.bucket = primary.bucket;
    this.bucketArn = primary.bucketArn;
    this.rights();
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

  private primary(): BackupVault {
    const { stackName, accountId, keys, roles, keeperArn, lockDays, transform } = this.args;
    return new BackupVault(
      `${this.name}-primary`,
      {
        bucket: pulumi.interpolate`${stackName}-backups-${accountId}`,
        kmsKeyArn: keys.vault,
        lockDays,
        statements: (bucketArn) =>
          vaultDenials(bucketArn, { kmsKeyArn: keys.vault, roles, keeperArn }),
        transform,
      },
      { parent: this },
    );
  }

  /** What each identity may do, and nothing else. */
  private rights(): void {
    const { roles, keys, lost } = this.args;
    const rights = backupRights(
      {
        bucketArn: this.bucketArn,
        kmsKeyArn: keys.vault,
        manifestKeyArn: keys.manifests,
        verificationKeyArn: keys.verifications,
      },
      lost,
    );
    for (const identity of identities)
      new iam.RolePolicy(
        `${this.name}-${identity}-policy`,
        { role: roles[identity].name, policy: rights[identity] },
        { parent: this },
      );
  }

  private replica(primary: BackupVault, place: RecoveryPlace): Replication {
    const role = new iam.Role(
      `${this.name}-replication-role`,
      { assumeRolePolicy: trustPolicy("s3.amazonaws.com") },
      { parent: this },
    );
    const copy = this.copy(place, role.arn);
    const { bucket, rules } = replicate(
      this.name,
      { primary, copy, role, kmsKeyArn: this.args.keys.vault, place },
      this,
    );
    return {
      sourceBucket: bucket,
      destinationBucket: copy.bucket,
      ruleId: rules.apply(([rule]) => rule!.id!),
    };
  }

  private copy(
    { region, kmsKeyArn, account }: RecoveryPlace,
    replicationRoleArn: pulumi.Output<string>,
  ): BackupVault {
    const { stackName, accountId, keeperArn, lockDays, transform } = this.args;
    return new BackupVault(
      `${this.name}-recovery`,
      {
        bucket: copyBucketOf(stackName, account?.id ?? accountId),
        region,
        kmsKeyArn,
        lockDays,
        ages: copiesLast,
        statements: (bucketArn) => [
          ...(account
            ? copyGrants(bucketArn, { replicationRoleArn, readerAccountId: accountId })
            : []),
          ...copyDenials(bucketArn, {
            replicationRoleArn,
            keeperArn: account?.roleArn ?? keeperArn,
          }),
        ],
        transform,
      },
      { parent: this, provider: account?.provider },
    );
  }
}
