import * as pulumi from "@pulumi/pulumi";
import * as iam from "@pulumi/aws/iam";
import * as s3 from "@pulumi/aws/s3";
import type { BackupVault } from "./backup-vault";
import { allow } from "../iam-policy";
import type { RecoveryPlace } from "../recovery-place";

export interface ReplicationArgs {
  primary: BackupVault;
  copy: BackupVault;
  role: iam.Role;
  /** Encrypts the vault in the stack's Region. */
  kmsKeyArn: pulumi.Input<string>;
  place: RecoveryPlace;
}

/**
 * Copies everything of one vault to the other, within 15 minutes for 99.99 % of objects (S3 User
 * Guide, "Replication Time Control"): content, version ids and locks, but no tags. S3 takes
 * `s3:ReplicateObject` for a right to replicate tags too; what it lacks here is the one to read them
 * (S3 User Guide, "Setting up permissions for live replication": without
 * `s3:GetObjectVersionTagging` "it replicates the objects, but not the object tags").
 */
export function replicate(
  name: string,
  { primary, copy, role, kmsKeyArn, place }: ReplicationArgs,
  parent: pulumi.Resource,
): s3.BucketReplicationConfig {
  const policy = new iam.RolePolicy(
    `${name}-replication-policy`,
    { role: role.name, policy: rightsOfCopying({ primary, copy, kmsKeyArn, place }) },
    { parent },
  );
  const { account } = place;
  return new s3.BucketReplicationConfig(
    `${name}-replication`,
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
            bucket: copy.bucketArn,
            // Not STANDARD_IA: most dumps are gone before the 30 days that it charges at least.
            storageClass: "STANDARD",
            encryptionConfiguration: { replicaKmsKeyId: place.kmsKeyArn },
            replicationTime: { status: "Enabled", time: { minutes: 15 } },
            metrics: { status: "Enabled", eventThreshold: { minutes: 15 } },
            // Otherwise this account would own, and could change, what lies in the other.
            ...(account
              ? { account: account.id, accessControlTranslation: { owner: "Destination" } }
              : {}),
          },
        },
      ],
    },
    // S3 accepts the rule only once both buckets are versioned.
    { parent, dependsOn: [primary, copy, policy] },
  );
}

function rightsOfCopying({
  primary,
  copy,
  kmsKeyArn,
  place,
}: Omit<ReplicationArgs, "role">): iam.PolicyDocument {
  return allow(
    {
      Action: ["s3:GetReplicationConfiguration", "s3:ListBucket"],
      Resource: [primary.bucketArn],
    },
    {
      Action: [
        "s3:GetObjectVersionForReplication",
        "s3:GetObjectVersionAcl",
        "s3:GetObjectRetention",
        "s3:GetObjectLegalHold",
      ],
      Resource: [pulumi.interpolate`${primary.bucketArn}/*`],
    },
    {
      Action: [
        "s3:ReplicateObject",
        ...(place.account ? ["s3:ObjectOwnerOverrideToBucketOwner"] : []),
      ],
      Resource: [pulumi.interpolate`${copy.bucketArn}/*`],
    },
    { Action: ["kms:Decrypt"], Resource: [kmsKeyArn] },
    { Action: ["kms:Encrypt", "kms:GenerateDataKey"], Resource: [place.kmsKeyArn] },
  );
}
