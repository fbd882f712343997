import * as pulumi from "@pulumi/pulumi";
import * as s3 from "@pulumi/aws/s3";
import type * as iam from "@pulumi/aws/iam";
import { closeBucket } from "../bucket";
import { transformed, type Transform } from "../transform";

export interface BackupVaultArgs {
  /** Bucket name, globally unique. */
  bucket: pulumi.Input<string>;
  /** Region of the bucket; absent: the stack's own. */
  region?: string;
  kmsKeyArn: pulumi.Input<string>;
  /** Default retention of the object lock, days. */
  lockDays: number;
  /** What the bucket's policy says besides that it takes TLS alone. */
  statements: (bucketArn: pulumi.Output<string>) => iam.PolicyStatement[];
  /** Days after which whatever lies below a prefix expires; absent: only what prune has tagged does. */
  ages?: Record<DumpPrefix, number>;
  transform?: { bucket?: Transform<s3.BucketArgs> };
}

/** Prefixes of dumps. In the vault their objects expire only once prune has tagged them `pruned=true`. */
export const dumpPrefixes = ["daily/", "weekly/", "monthly/"] as const;
export type DumpPrefix = (typeof dumpPrefixes)[number];

/** Archived configuration and the jobs' outcomes: kept for 90 days, whatever happens to the dumps. */
export const statePrefix = "state/";

/**
 * A bucket that backups survive in: versioned, encrypted with a key of its own, locked by default in
 * governance mode (weeklies and monthlies bring a lock in compliance mode along), TLS only, and with a
 * policy that lets nobody delete, overwrite or unlock (`vault-policy.ts`).
 *
 * The vault's lifecycle deletes no dump by age alone: prune decides, by a tag, and only after a newer
 * backup has been verified. What is pruned is gone 8 days later; anything else that was deleted or
 * overwritten can be brought back for 30. The copy's knows no tags: nobody's right to tag reaches it
 * (docs/decisions/0018).
 */
export class BackupVault extends pulumi.ComponentResource {
  readonly bucket: pulumi.Output<string>;
  readonly bucketArn: pulumi.Output<string>;

  constructor(
    private readonly name: string,
    private readonly args: BackupVaultArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("mini-xdr:index:BackupVault", name, args, opts);
    const bucket = this.lockableBucket();
    const versioning = this.version(bucket);
    this.encrypt(bucket);
    this.lock(bucket, versioning);
    this.expire(bucket, versioning);
    closeBucket(name, bucket, this, args.statements(bucket.arn), args.region);
    this.bucket = bucket.bucket;
    this.bucketArn = bucket.arn;
    this.registerOutputs({ bucket: this.bucket, bucketArn: this.bucketArn });
  }

  private lockableBucket(): s3.Bucket {
    return new s3.Bucket(
      `${this.name}-bucket`,
      transformed(this.args.transform?.bucket, {
        bucket: this.args.bucket,
        region: this.args.region,
        objectLockEnabled: true,
        forceDestroy: false,
      }),
      { parent: this, protect: true },
    );
  }

  private version(bucket: s3.Bucket): s3.BucketVersioning {
    return new s3.BucketVersioning(
      `${this.name}-versioning`,
      {
        bucket: bucket.bucket,
        region: this.args.region,
        versioningConfiguration: { status: "Enabled" },
      },
      { parent: this },
    );
  }

  private encrypt(bucket: s3.Bucket): void {
    new s3.BucketServerSideEncryptionConfiguration(
      `${this.name}-encryption`,
      {
        bucket: bucket.bucket,
        region: this.args.region,
        rules: [
          {
            applyServerSideEncryptionByDefault: {
              sseAlgorithm: "aws:kms",
              kmsMasterKeyId: this.args.kmsKeyArn,
            },
            bucketKeyEnabled: true,
          },
        ],
      },
      { parent: this },
    );
  }

  private lock(bucket: s3.Bucket, versioning: s3.BucketVersioning): void {
    new s3.BucketObjectLockConfiguration(
      `${this.name}-lock`,
      {
        bucket: bucket.bucket,
        region: this.args.region,
        objectLockEnabled: "Enabled",
        rule: { defaultRetention: { mode: "GOVERNANCE", days: this.args.lockDays } },
      },
      { parent: this, dependsOn: versioning },
    );
  }

  private expire(bucket: s3.Bucket, versioning: s3.BucketVersioning): void {
    new s3.BucketLifecycleConfiguration(
      `${this.name}-lifecycle`,
      {
        bucket: bucket.bucket,
        region: this.args.region,
        rules: [
          ...dumpPrefixes.map((prefix) => this.expiring(prefix)),
          {
            id: "state",
            status: "Enabled",
            filter: { prefix: statePrefix },
            expiration: { days: 90 },
          },
          {
            id: "leftovers",
            status: "Enabled",
            filter: { prefix: "" },
            noncurrentVersionExpiration: { noncurrentDays: 30 },
            abortIncompleteMultipartUpload: { daysAfterInitiation: 7 },
          },
        ],
      },
      { parent: this, dependsOn: versioning },
    );
  }

  /** Somebody who prunes too much is noticed within a week, or its dumps are gone. */
  private expiring(prefix: DumpPrefix) {
    const tier = prefix.replace("/", "");
    const { ages } = this.args;
    return {
      id: ages ? `aged-${tier}` : `pruned-${tier}`,
      status: "Enabled",
      filter: ages ? { prefix } : { and: { prefix, tags: { pruned: "true" } } },
      expiration: { days: ages?.[prefix] ?? 1 },
      noncurrentVersionExpiration: { noncurrentDays: 7 },
    };
  }
}
