import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import {
  CreateBucketCommand,
  PutBucketEncryptionCommand,
  PutBucketLifecycleConfigurationCommand,
  PutBucketVersioningCommand,
  PutObjectLockConfigurationCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { CloudWatchClient, ListMetricsCommand } from "@aws-sdk/client-cloudwatch";
import { named, plannedStack } from "../../../support/planned";
import { motoServer } from "./programs";

const credentials = { accessKeyId: "testing", secretAccessKey: "testing" };
const region = "eu-central-1";

/**
 * moto, a stand-in for S3 and CloudWatch, with the vault that the plan describes. It speaks KMS,
 * versions, locks and tags. It does not deny by key, lock multipart objects, replicate or expire:
 * tests inject or judge those, and say so.
 */
export class Cloud {
  private constructor(
    readonly endpoint: string,
    private readonly child: ChildProcess,
    readonly bucket: string,
    readonly kmsKey: string,
  ) {}

  static async start(): Promise<Cloud> {
    const child = spawn(await motoServer(), ["-H", "127.0.0.1", "-p", "0"], {
      stdio: ["ignore", "ignore", "pipe"],
    });
    const endpoint = await new Promise<string>((resolve, reject) => {
      createInterface({ input: child.stderr! }).on("line", (line) => {
        const found = /Running on (http:\/\/127[.\d]+:\d+)/.exec(line);
        if (found) resolve(found[1]!);
      });
      child.once("close", () => reject(new Error("moto ended while it started")));
    });
    const vault = await plannedVault();
    const cloud = new Cloud(endpoint, child, vault.bucket, vault.kmsKey);
    await cloud.create(vault);
    return cloud;
  }

  /** What the AWS SDKs have to know; `s3` may be a proxy in between. */
  environment(s3 = this.endpoint): NodeJS.ProcessEnv {
    return {
      AWS_ACCESS_KEY_ID: credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
      AWS_REGION: region,
      AWS_ENDPOINT_URL_S3: s3,
      AWS_ENDPOINT_URL_CLOUDWATCH: this.endpoint,
      BACKUP_BUCKET: this.bucket,
      BACKUP_KMS_KEY: this.kmsKey,
      STACK_NAME: "mini-xdr-prod",
    };
  }

  get s3(): S3Client {
    return new S3Client({ endpoint: this.endpoint, region, credentials, forcePathStyle: true });
  }

  /** Names of the metrics that have arrived, with their job. */
  async metrics(): Promise<string[]> {
    const client = new CloudWatchClient({ endpoint: this.endpoint, region, credentials });
    const { Metrics = [] } = await client.send(
      new ListMetricsCommand({ Namespace: "MiniXdr/Backups" }),
    );
    return Metrics.map(({ MetricName, Dimensions = [] }) =>
      [MetricName, ...Dimensions.map(({ Value }) => Value)].join(" "),
    );
  }

  async stop(): Promise<void> {
    const closed = once(this.child, "close");
    this.child.kill();
    await closed;
  }

  private async create({ bucket, kmsKey, lock, lifecycle }: PlannedVault): Promise<void> {
    const Bucket = bucket;
    await this.s3.send(
      new CreateBucketCommand({
        Bucket,
        ObjectLockEnabledForBucket: true,
        CreateBucketConfiguration: { LocationConstraint: region },
      }),
    );
    await this.s3.send(
      new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: "Enabled" } }),
    );
    await this.s3.send(
      new PutBucketEncryptionCommand({
        Bucket,
        ServerSideEncryptionConfiguration: {
          Rules: [
            {
              ApplyServerSideEncryptionByDefault: {
                SSEAlgorithm: "aws:kms",
                KMSMasterKeyID: kmsKey,
              },
              BucketKeyEnabled: true,
            },
          ],
        },
      }),
    );
    await this.s3.send(
      new PutObjectLockConfigurationCommand({
        Bucket,
        ObjectLockConfiguration: {
          ObjectLockEnabled: "Enabled",
          Rule: { DefaultRetention: { Mode: "GOVERNANCE", Days: lock.days } },
        },
      }),
    );
    await this.s3.send(
      new PutBucketLifecycleConfigurationCommand({
        Bucket,
        LifecycleConfiguration: {
          Rules: lifecycle.map(({ id, filter, expiration, ...rest }) => ({
            ID: id,
            Status: "Enabled",
            Filter: filter.and
              ? {
                  And: {
                    Prefix: filter.and.prefix,
                    Tags: Object.entries(filter.and.tags).map(([Key, Value]) => ({ Key, Value })),
                  },
                }
              : { Prefix: filter.prefix },
            ...(expiration ? { Expiration: { Days: expiration.days } } : {}),
            ...(rest.noncurrentVersionExpiration
              ? {
                  NoncurrentVersionExpiration: {
                    NoncurrentDays: rest.noncurrentVersionExpiration.noncurrentDays,
                  },
                }
              : {}),
          })),
        },
      }),
    );
  }
}

/** A rule of the vault's lifecycle, as the plan has it. */
export interface LifecycleRule {
  id: string;
  filter: { prefix?: string; and?: { prefix: string; tags: Record<string, string> } };
  expiration?: { days: number };
  noncurrentVersionExpiration?: { noncurrentDays: number };
}

interface PlannedVault {
  bucket: string;
  kmsKey: string;
  lock: { days: number };
  lifecycle: LifecycleRule[];
}

/** The vault of the plan for prod: name, key, lock and lifecycle are its own. */
export async function plannedVault(): Promise<PlannedVault> {
  const plan = await plannedStack("prod");
  const inputs = (part: string) =>
    named(plan, `backups-primary-${part}`).inputs as Record<string, unknown>;
  const [encryption] = inputs("encryption").rules as {
    applyServerSideEncryptionByDefault: { kmsMasterKeyId: string };
  }[];
  return {
    bucket: inputs("bucket").bucket as string,
    kmsKey: encryption!.applyServerSideEncryptionByDefault.kmsMasterKeyId,
    lock: (inputs("lock").rule as { defaultRetention: { days: number } }).defaultRetention,
    lifecycle: inputs("lifecycle").rules as LifecycleRule[],
  };
}
