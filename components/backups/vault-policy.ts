import * as pulumi from "@pulumi/pulumi";
import type * as iam from "@pulumi/aws/iam";
import type { BackupRoles } from "./backup-identities";
import { dumpPrefixes } from "./backup-vault";

type Arn = pulumi.Input<string>;
type Statement = iam.PolicyStatement;

/**
 * Days for which a weekly and a monthly dump are locked in compliance mode when they arrive: longer
 * than 4 weeks and 6 months are, and no longer than anybody pays for a mistake.
 */
export const lockedFor = { weekly: 28, monthly: 184, atMost: 200 };

/** Whoever is none of these. In a role's session `aws:PrincipalArn` is the role's own ARN. */
const unless = (...arns: Arn[]): Statement["Condition"] => ({
  ArnNotEquals: { "aws:PrincipalArn": arns.length === 1 ? arns[0]! : arns },
});

function deny(
  Sid: string,
  Action: string[],
  Resource: Arn[],
  Condition?: Statement["Condition"],
): Statement {
  const denial: Statement = { Sid, Effect: "Deny", Principal: "*", Action, Resource };
  return Condition ? { ...denial, Condition } : denial;
}

/**
 * What is denied in the vault, to administrators too; who may change the policy itself is the deploy
 * role alone. S3's own lifecycle is bound by no policy (S3 User Guide, "Expiring objects"), so
 * what prune has tagged still goes.
 */
export function vaultDenials(
  bucketArn: pulumi.Output<string>,
  { kmsKeyArn, roles, keeperArn }: { kmsKeyArn: Arn; roles: BackupRoles; keeperArn: Arn },
): Statement[] {
  const under = (...paths: string[]) =>
    paths.map((path) => pulumi.interpolate`${bucketArn}/${path}`);
  const dumps = (end: string) => under(...dumpPrefixes.map((prefix) => `${prefix}${end}`));
  const { dump, verify, prune } = roles;
  return [
    ...encryptedBy(kmsKeyArn, under("*")),
    // Opening a multipart upload and its parts take no such header; finishing it does (S3 User
    // Guide, "Enforce conditional writes on Amazon S3 buckets"). The jobs' outcomes alone change.
    deny("NothingOverwritten", ["s3:PutObject"], [...dumps("*"), ...under("state/archives/*")], {
      Null: { "s3:if-none-match": "true" },
      Bool: { "s3:ObjectCreationOperation": "true" },
    }),
    deny("WrittenByJobs", ["s3:PutObject"], dumps("*"), unless(dump.arn, verify.arn)),
    deny("VerifiedByVerify", ["s3:PutObject"], dumps("*/verified.json"), unless(verify.arn)),
    deny("TaggedByPrune", tagging, under("*"), unless(prune.arn, keeperArn)),
    deny("LockedByDump", ["s3:PutObjectRetention"], under("*"), unless(dump.arn)),
    deny("LockedInCompliance", ["s3:PutObjectRetention"], under("*"), {
      StringNotEquals: { "s3:object-lock-mode": "COMPLIANCE" },
    }),
    ...(["weekly", "monthly"] as const).map((tier) =>
      deny(
        tier === "weekly" ? "WeekliesLockedForLong" : "MonthliesLockedForLong",
        ["s3:PutObjectRetention"],
        under(`${tier}/*`),
        { NumericLessThan: { "s3:object-lock-remaining-retention-days": String(lockedFor[tier]) } },
      ),
    ),
    deny("NothingLockedForYears", ["s3:PutObjectRetention"], under("*"), {
      NumericGreaterThan: { "s3:object-lock-remaining-retention-days": String(lockedFor.atMost) },
    }),
    ...kept(bucketArn, keeperArn),
  ];
}

/** What is denied in the copy: it takes what S3 replicates from the vault, and nothing else. */
export function copyDenials(
  bucketArn: pulumi.Output<string>,
  { replicationRoleArn, keeperArn }: { replicationRoleArn: Arn; keeperArn: Arn },
): Statement[] {
  const objects = [pulumi.interpolate`${bucketArn}/*`];
  return [
    deny(
      "NothingWritten",
      ["s3:PutObject", "s3:PutObjectRetention", "s3:ReplicateDelete", ...tagging],
      objects,
    ),
    deny("Replicated", ["s3:ReplicateObject"], objects, unless(replicationRoleArn)),
    ...kept(bucketArn, keeperArn),
  ];
}

/**
 * What another account lets this one do with the copy: fill it by replication, and read it. Whoever
 * administers this account can change nothing there.
 */
export function copyGrants(
  bucketArn: pulumi.Output<string>,
  { replicationRoleArn, readerAccountId }: { replicationRoleArn: Arn; readerAccountId: Arn },
): Statement[] {
  const objects = [pulumi.interpolate`${bucketArn}/*`];
  const reader = { AWS: pulumi.interpolate`arn:aws:iam::${readerAccountId}:root` };
  return [
    {
      Sid: "TakesCopies",
      Effect: "Allow",
      Principal: { AWS: replicationRoleArn },
      Action: ["s3:ReplicateObject", "s3:ObjectOwnerOverrideToBucketOwner"],
      Resource: objects,
    },
    {
      Sid: "ListsCopies",
      Effect: "Allow",
      Principal: reader,
      Action: ["s3:ListBucket"],
      Resource: [bucketArn],
    },
    {
      Sid: "GivesCopies",
      Effect: "Allow",
      Principal: reader,
      Action: ["s3:GetObject", "s3:GetObjectVersion"],
      Resource: objects,
    },
  ];
}

const tagging = [
  "s3:PutObjectTagging",
  "s3:PutObjectVersionTagging",
  "s3:DeleteObjectTagging",
  "s3:DeleteObjectVersionTagging",
];

/**
 * Without a header S3 takes the bucket's own default, which is the vault's key; the parts of an upload
 * have none. `…IfExists` would deny those: of what is absent it says that it is so (IAM User Guide,
 * "IAM JSON policy elements: Condition operators", "...IfExists").
 */
function encryptedBy(kmsKeyArn: Arn, objects: Arn[]): Statement[] {
  const put = ["s3:PutObject"];
  return [
    deny("EncryptedByKms", put, objects, {
      Null: { "s3:x-amz-server-side-encryption": "false" },
      StringNotEquals: { "s3:x-amz-server-side-encryption": "aws:kms" },
    }),
    deny("EncryptedByVaultKey", put, objects, {
      Null: { "s3:x-amz-server-side-encryption-aws-kms-key-id": "false" },
      StringNotEquals: { "s3:x-amz-server-side-encryption-aws-kms-key-id": kmsKeyArn },
    }),
    deny("NoKeyOfACustomer", put, objects, {
      Null: { "s3:x-amz-server-side-encryption-customer-algorithm": "false" },
    }),
  ];
}

/**
 * Nobody deletes or unlocks, not even the deploy role: it would first have to change this policy, which
 * somebody hears of. The account's root user can always delete a bucket's policy (S3 User Guide,
 * "Deleting a bucket policy"); that is heard of too.
 */
function kept(bucketArn: pulumi.Output<string>, keeperArn: Arn): Statement[] {
  return [
    deny(
      "NothingDeleted",
      [
        "s3:DeleteObject",
        "s3:DeleteObjectVersion",
        "s3:BypassGovernanceRetention",
        "s3:PutObjectLegalHold",
      ],
      [pulumi.interpolate`${bucketArn}/*`],
    ),
    deny(
      "ChangedByDeployRole",
      [
        "s3:DeleteBucket",
        "s3:DeleteBucketPolicy",
        "s3:PutBucketPolicy",
        "s3:PutBucketAcl",
        "s3:PutBucketObjectLockConfiguration",
        "s3:PutBucketOwnershipControls",
        "s3:PutBucketPublicAccessBlock",
        "s3:PutBucketVersioning",
        "s3:PutEncryptionConfiguration",
        "s3:PutLifecycleConfiguration",
        "s3:PutReplicationConfiguration",
      ],
      [bucketArn],
      unless(keeperArn),
    ),
  ];
}
