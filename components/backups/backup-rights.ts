import * as pulumi from "@pulumi/pulumi";
import type * as iam from "@pulumi/aws/iam";
import type { Identity } from "./backup-identities";
import { dumpPrefixes } from "./backup-vault";
import { allow } from "../iam-policy";

/** A vault as its jobs reach it, and the keys that its evidence is signed with. */
export interface Reached {
  bucketArn: pulumi.Input<string>;
  kmsKeyArn: pulumi.Input<string>;
  /** `dump` signs manifests with it; everybody else has its public part. */
  manifestKeyArn: pulumi.Input<string>;
  /** `verify` signs verifications with it. */
  verificationKeyArn: pulumi.Input<string>;
}

/** The copy that a lost stack has left in this Region, and the aliases of its keys here. */
export interface LostVault {
  bucketArn: pulumi.Input<string>;
  /** Every key of the account that holds the copy, and of the stack's: aliases choose among them. */
  vaultKeysArn: pulumi.Input<string>;
  signingKeysArn: pulumi.Input<string>;
  vaultAlias: string;
  signingAliases: string[];
}

type Statement = Parameters<typeof allow>[number];

/**
 * What each identity may do, and nothing else (docs/backup-identities.md). Nobody deletes: only the
 * vault's lifecycle does, for what prune has tagged. Who writes dumps cannot read them, who verifies
 * cannot sign a manifest, and who tags can neither write nor read one.
 */
export function backupRights(
  vault: Reached,
  lost?: LostVault,
): Record<Identity, iam.PolicyDocument> {
  const { bucketArn, kmsKeyArn, manifestKeyArn, verificationKeyArn } = vault;
  const under = (...paths: string[]) =>
    paths.map((path) => pulumi.interpolate`${bucketArn}/${path}`);
  const ofDumps = (end: string) => under(...dumpPrefixes.map((prefix) => `${prefix}${end}`));
  const lists: Statement = { Action: ["s3:ListBucket"], Resource: [bucketArn] };
  const puts = (Resource: Statement["Resource"]): Statement => ({
    Action: ["s3:PutObject"],
    Resource,
  });
  const gets = (...Resource: pulumi.Input<string>[]): Statement => ({
    Action: ["s3:GetObject"],
    Resource,
  });
  const usesKey = (...Action: string[]): Statement => ({ Action, Resource: [kmsKeyArn] });
  // S3 asks for the data key of each object that it writes, and opens it for each later part.
  const writesAndReads = usesKey("kms:Decrypt", "kms:GenerateDataKey");
  const signs = (Resource: pulumi.Input<string>): Statement => ({
    Action: ["kms:Sign"],
    Resource: [Resource],
  });
  const checks: Statement = {
    Action: ["kms:GetPublicKey"],
    Resource: [manifestKeyArn, verificationKeyArn],
  };
  const readsTags: Statement = { Action: ["s3:GetObjectTagging"], Resource: ofDumps("*") };
  const readsDumps: Statement = {
    Action: ["s3:GetObject", "s3:GetObjectVersion"],
    Resource: ofDumps("*"),
  };
  const evidence = [...ofDumps("*/manifest.json"), ...ofDumps("*/verified.json")];
  return {
    dump: allow(
      lists,
      puts([
        ...["database.dump", "database.dump.sha256", "manifest.json"].flatMap((file) =>
          ofDumps(`*/${file}`),
        ),
        ...under("state/runs/dump.json"),
      ]),
      { Action: ["s3:AbortMultipartUpload"], Resource: ofDumps("*") },
      { Action: ["s3:PutObjectRetention"], Resource: under("weekly/*", "monthly/*") },
      writesAndReads,
      signs(manifestKeyArn),
      reports,
    ),
    state: allow(
      lists,
      puts(under("state/archives/*", "state/runs/state.json")),
      { Action: ["s3:AbortMultipartUpload"], Resource: under("state/archives/*") },
      writesAndReads,
    ),
    verify: allow(
      lists,
      readsDumps,
      puts([
        ...ofDumps("*/verified.json"),
        ...under("state/runs/verify.json", "state/runs/drill.json", "state/drills/*"),
      ]),
      writesAndReads,
      signs(verificationKeyArn),
      checks,
    ),
    prune: allow(
      lists,
      gets(...evidence),
      readsTags,
      {
        Action: ["s3:PutObjectTagging"],
        Resource: ofDumps("*"),
        Condition: {
          "ForAllValues:StringEquals": { "s3:RequestObjectTagKeys": ["pruned"] },
          StringEquals: { "s3:RequestObjectTag/pruned": "true" },
        },
      },
      puts(under("state/runs/prune.json")),
      writesAndReads,
      checks,
    ),
    exporter: allow(
      lists,
      gets(...evidence, ...under("state/runs/*", "state/drills/*")),
      readsTags,
      usesKey("kms:Decrypt"),
      checks,
      reports,
    ),
    restore: allow(
      lists,
      readsDumps,
      usesKey("kms:Decrypt"),
      checks,
      ...(lost ? readsLost(lost) : []),
    ),
  };
}

/** CloudWatch knows no ARN for a metric; its namespace is the boundary. */
const reports: Statement = {
  Action: ["cloudwatch:PutMetricData"],
  Resource: ["*"],
  Condition: { StringEquals: { "cloudwatch:namespace": "MiniXdr/Backups" } },
};

/**
 * A lost stack's dumps are restored from its copy as it lies there: the versions that its manifests
 * name are the copy's too. Its keys are found by their aliases, and by nothing that a request says
 * (AWS KMS Developer Guide, "Use aliases to control access to KMS keys").
 */
function readsLost({
  bucketArn,
  vaultKeysArn,
  signingKeysArn,
  vaultAlias,
  signingAliases,
}: LostVault): Statement[] {
  const aliased = (...aliases: string[]) => ({
    "ForAnyValue:StringEquals": { "kms:ResourceAliases": aliases },
  });
  return [
    { Action: ["s3:ListBucket"], Resource: [bucketArn] },
    {
      Action: ["s3:GetObject", "s3:GetObjectVersion"],
      Resource: dumpPrefixes.map((prefix) => pulumi.interpolate`${bucketArn}/${prefix}*`),
    },
    { Action: ["kms:Decrypt"], Resource: [vaultKeysArn], Condition: aliased(vaultAlias) },
    {
      Action: ["kms:GetPublicKey"],
      Resource: [signingKeysArn],
      Condition: aliased(...signingAliases),
    },
  ];
}
