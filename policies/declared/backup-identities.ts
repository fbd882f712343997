import { dumpPrefixes } from "./recovery";

/** Actions that an identity may do with things, under a condition or none. */
export interface Right {
  actions: string[];
  /** Objects by what follows the bucket's ARN, keys by what they are for, `*` for what has no ARN. */
  on: string[];
  condition?: object;
}

/** The backup's identities, each with a role of its own. */
export const identityNames = ["dump", "state", "verify", "prune", "exporter", "restore"];

const dumps = (...ends: string[]) =>
  ends.flatMap((end) => dumpPrefixes.map((prefix) => `/${prefix}${end}`));
const evidence = dumps("*/manifest.json", "*/verified.json");
const lists: Right = { actions: ["s3:ListBucket"], on: [""] };
const readsDumps: Right = { actions: ["s3:GetObject", "s3:GetObjectVersion"], on: dumps("*") };
const readsTags: Right = { actions: ["s3:GetObjectTagging"], on: dumps("*") };
const puts = (...on: string[]): Right => ({ actions: ["s3:PutObject"], on });
const opens: Right = { actions: ["kms:Decrypt"], on: ["vault"] };
const encrypts: Right = { actions: ["kms:Decrypt", "kms:GenerateDataKey"], on: ["vault"] };
const checks: Right = { actions: ["kms:GetPublicKey"], on: ["manifests", "verifications"] };
const reports: Right = {
  actions: ["cloudwatch:PutMetricData"],
  on: ["*"],
  condition: { StringEquals: { "cloudwatch:namespace": "MiniXdr/Backups" } },
};

/**
 * By the name of its policy: everything that an identity of the backup may do. One right more undoes
 * the parting: who dumps cannot read, who verifies cannot sign a manifest, who tags writes no backup,
 * and nobody deletes.
 */
export const backupIdentities: Record<string, Right[]> = {
  "backups-dump-policy": [
    lists,
    puts(
      ...dumps("*/database.dump", "*/database.dump.sha256", "*/manifest.json"),
      "/state/runs/dump.json",
    ),
    { actions: ["s3:AbortMultipartUpload"], on: dumps("*") },
    { actions: ["s3:PutObjectRetention"], on: ["/weekly/*", "/monthly/*"] },
    encrypts,
    { actions: ["kms:Sign"], on: ["manifests"] },
    reports,
  ],
  "backups-state-policy": [
    lists,
    puts("/state/archives/*", "/state/runs/state.json"),
    { actions: ["s3:AbortMultipartUpload"], on: ["/state/archives/*"] },
    encrypts,
  ],
  "backups-verify-policy": [
    lists,
    readsDumps,
    puts(
      ...dumps("*/verified.json"),
      "/state/runs/verify.json",
      "/state/runs/drill.json",
      "/state/drills/*",
    ),
    encrypts,
    { actions: ["kms:Sign"], on: ["verifications"] },
    checks,
  ],
  "backups-prune-policy": [
    lists,
    { actions: ["s3:GetObject"], on: evidence },
    readsTags,
    {
      actions: ["s3:PutObjectTagging"],
      on: dumps("*"),
      condition: {
        "ForAllValues:StringEquals": { "s3:RequestObjectTagKeys": ["pruned"] },
        StringEquals: { "s3:RequestObjectTag/pruned": "true" },
      },
    },
    puts("/state/runs/prune.json"),
    encrypts,
    checks,
  ],
  "backups-exporter-policy": [
    lists,
    { actions: ["s3:GetObject"], on: [...evidence, "/state/runs/*", "/state/drills/*"] },
    readsTags,
    opens,
    checks,
    reports,
  ],
  "backups-restore-policy": [lists, readsDumps, opens, checks],
  // Without a right to read tags S3 copies none, whatever else it may (docs/decisions/0018).
  "backups-replication-policy": [
    { actions: ["s3:GetReplicationConfiguration", "s3:ListBucket"], on: [""] },
    {
      actions: [
        "s3:GetObjectVersionForReplication",
        "s3:GetObjectVersionAcl",
        "s3:GetObjectRetention",
        "s3:GetObjectLegalHold",
      ],
      on: ["/*"],
    },
    { actions: ["s3:ReplicateObject"], on: ["/*"] },
    opens,
    { actions: ["kms:Encrypt", "kms:GenerateDataKey"], on: ["copy"] },
  ],
};

/** Rights besides, where the copies are in another account: they are given to it. */
export const toAnotherAccount: Record<string, Right[]> = {
  "backups-replication-policy": [{ actions: ["s3:ObjectOwnerOverrideToBucketOwner"], on: ["/*"] }],
};

/** Rights besides, in a stack that takes the place of a lost one: it restores from that one's copy. */
export function fromLostStack(lost: string): Record<string, Right[]> {
  const aliases = (...names: string[]) => ({
    "ForAnyValue:StringEquals": {
      "kms:ResourceAliases": names.map((name) => `alias/mini-xdr-${lost}-${name}`),
    },
  });
  return {
    "backups-restore-policy": [
      lists,
      readsDumps,
      { actions: ["kms:Decrypt"], on: ["any"], condition: aliases("backups-recovery") },
      {
        actions: ["kms:GetPublicKey"],
        on: ["any"],
        condition: aliases("backup-manifests", "backup-verifications"),
      },
    ],
  };
}
