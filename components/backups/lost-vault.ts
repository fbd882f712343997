import * as pulumi from "@pulumi/pulumi";
import type { LostVault } from "./backup-rights";
import { copyBucketOf } from "./backups";
import { keyAlias } from "../keys";

export interface LostVaultArgs {
  /** The stack whose Region is lost, such as `prod`. */
  lost: string;
  accountId: pulumi.Input<string>;
  /** This stack's Region, in which the lost one's copies are. */
  region: string;
  /** The lost one's configuration of its copies, which this one's keeps. */
  backups: { recoveryAccount?: string };
}

/** Where a lost stack's backups are found, and what they count by. */
export interface LostPlace {
  /** Such as `mini-xdr-prod`. */
  stackName: string;
  bucket: pulumi.Output<string>;
  manifestKeyArn: pulumi.Output<string>;
  verificationKeyArn: pulumi.Output<string>;
}

/**
 * What a lost stack has left in this Region, by the names that it gave: its vault's copy, and the
 * replicas of its signing keys by their aliases, because no ARN of a lost stack is at hand. KMS takes
 * an alias' ARN wherever it takes a key's (AWS KMS Developer Guide, "Key identifiers").
 */
export function lostVault({ lost, accountId, region, backups }: LostVaultArgs): {
  place: LostPlace;
  rights: LostVault;
} {
  const stackName = `${pulumi.getProject()}-${lost}`;
  const holder = backups.recoveryAccount?.split(":")[4] ?? accountId;
  const bucket = copyBucketOf(stackName, holder);
  const [manifests, verifications] = ["backup-manifests", "backup-verifications"].map((purpose) =>
    keyAlias(stackName, purpose),
  ) as [string, string];
  const aliasArn = (alias: string) =>
    pulumi.interpolate`arn:aws:kms:${region}:${accountId}:${alias}`;
  return {
    place: {
      stackName,
      bucket,
      manifestKeyArn: aliasArn(manifests),
      verificationKeyArn: aliasArn(verifications),
    },
    rights: {
      bucketArn: pulumi.interpolate`arn:aws:s3:::${bucket}`,
      vaultKeysArn: pulumi.interpolate`arn:aws:kms:${region}:${holder}:key/*`,
      signingKeysArn: pulumi.interpolate`arn:aws:kms:${region}:${accountId}:key/*`,
      vaultAlias: keyAlias(stackName, "backups-recovery"),
      signingAliases: [manifests, verifications],
    },
  };
}
