import type { Denial } from "../model/denials";
import { dumpPrefixes, lockedDays } from "./recovery";

/** Whoever is none of these. */
const unless = (...who: string[]): Denial["condition"] => ({
  ArnNotEquals: { "aws:PrincipalArn": who.length === 1 ? who[0]! : who },
});
const dumps = (end: string) => dumpPrefixes.map((prefix) => `/${prefix}${end}`);
const put = ["s3:PutObject"];
const lock = ["s3:PutObjectRetention"];
const tag = [
  "s3:PutObjectTagging",
  "s3:PutObjectVersionTagging",
  "s3:DeleteObjectTagging",
  "s3:DeleteObjectVersionTagging",
];
const remaining = "s3:object-lock-remaining-retention-days";

/** Of the vault and of its copy. */
const kept: Denial[] = [
  {
    why: "whoever has an administrator's rights could delete or unlock a backup",
    actions: [
      "s3:DeleteObject",
      "s3:DeleteObjectVersion",
      "s3:BypassGovernanceRetention",
      "s3:PutObjectLegalHold",
    ],
    on: ["/*"],
  },
  {
    why: "whoever has an administrator's rights could take lock, lifecycle or policy away first",
    actions: [
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
    on: [""],
    condition: unless("<deploy>"),
  },
];

/** What the policy of the vault denies. */
export const ofVault: Denial[] = [
  {
    why: "a dump could lie there under S3's own key",
    actions: put,
    on: ["/*"],
    condition: {
      Null: { "s3:x-amz-server-side-encryption": "false" },
      StringNotEquals: { "s3:x-amz-server-side-encryption": "aws:kms" },
    },
  },
  {
    why: "a dump could lie there under a key that is taken away tomorrow",
    actions: put,
    on: ["/*"],
    condition: {
      Null: { "s3:x-amz-server-side-encryption-aws-kms-key-id": "false" },
      StringNotEquals: { "s3:x-amz-server-side-encryption-aws-kms-key-id": "<key>" },
    },
  },
  {
    why: "a dump could lie there under a key that only its writer has",
    actions: put,
    on: ["/*"],
    condition: { Null: { "s3:x-amz-server-side-encryption-customer-algorithm": "false" } },
  },
  {
    why: "a backup could be written over",
    actions: put,
    on: [...dumps("*"), "/state/archives/*"],
    condition: {
      Null: { "s3:if-none-match": "true" },
      Bool: { "s3:ObjectCreationOperation": "true" },
    },
  },
  {
    why: "whoever may write could put a dump of his own there",
    actions: put,
    on: dumps("*"),
    condition: unless("<role:dump>", "<role:verify>"),
  },
  {
    why: "a record of a verification could be put where the real one belongs",
    actions: put,
    on: dumps("*/verified.json"),
    condition: unless("<role:verify>"),
  },
  {
    why: "whoever may tag could let every backup expire",
    actions: tag,
    on: ["/*"],
    condition: unless("<role:prune>", "<deploy>"),
  },
  {
    why: "whoever may lock could lock anything for years",
    actions: lock,
    on: ["/*"],
    condition: unless("<role:dump>"),
  },
  {
    why: "a lock in governance mode is opened by an administrator",
    actions: lock,
    on: ["/*"],
    condition: { StringNotEquals: { "s3:object-lock-mode": "COMPLIANCE" } },
  },
  ...(["weekly", "monthly"] as const).map((tier): Denial => ({
    why: `a ${tier} dump could be unlocked before its promise ends`,
    actions: lock,
    on: [`/${tier}/*`],
    condition: { NumericLessThan: { [remaining]: String(lockedDays[tier]) } },
  })),
  {
    why: "what is locked by mistake would be paid for, for as long as its date says",
    actions: lock,
    on: ["/*"],
    condition: { NumericGreaterThan: { [remaining]: String(lockedDays.atMost) } },
  },
  ...kept,
];

/** What the policy of the copy denies. */
export const ofCopy: Denial[] = [
  {
    why: "the copy could hold what was never in the vault, or be tagged",
    actions: [...put, ...lock, "s3:ReplicateDelete", ...tag],
    on: ["/*"],
  },
  {
    why: "somebody else's replication could fill it",
    actions: ["s3:ReplicateObject"],
    on: ["/*"],
    condition: unless("<role:replication>"),
  },
  ...kept,
];

/** What the policy of every key denies. */
export const ofKey: Denial = {
  why: "whoever has an administrator's rights could make every copy unreadable",
  actions: [
    "kms:DisableKey",
    "kms:ScheduleKeyDeletion",
    "kms:DeleteImportedKeyMaterial",
    "kms:PutKeyPolicy",
    "kms:DeleteAlias",
    "kms:UpdateAlias",
  ],
  on: ["*"],
  condition: unless("<deploy>"),
};

/** What the policy of a signing key denies besides, by the identity that signs with it. */
export const ofSigningKey = (signer: string): Denial => ({
  why: "whoever has an administrator's rights could sign a backup of his own",
  actions: ["kms:Sign"],
  on: ["*"],
  condition: unless(`<role:${signer}>`),
});

/** By the signing key's name: the identity that signs with it. */
export const signers: Record<string, string> = {
  "keys-backup-manifests": "dump",
  "keys-backup-verifications": "verify",
};
