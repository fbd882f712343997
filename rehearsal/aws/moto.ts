import { createPublicKey, type KeyObject } from "node:crypto";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { CloudWatchClient, ListMetricsCommand } from "@aws-sdk/client-cloudwatch";
import { GetPublicKeyCommand, KMSClient } from "@aws-sdk/client-kms";
import {
  CreateBucketCommand,
  PutBucketEncryptionCommand,
  PutBucketLifecycleConfigurationCommand,
  PutBucketVersioningCommand,
  PutObjectLockConfigurationCommand,
  S3Client,
  type LifecycleRule as S3LifecycleRule,
} from "@aws-sdk/client-s3";
import spawn, { type Subprocess } from "nano-spawn";
import type { Plan } from "../../plan/plan";
import { tool } from "../../tools";

const credentials = { accessKeyId: "testing", secretAccessKey: "testing" };
const region = "eu-central-1";

/** A rule of a vault's lifecycle, as the plan has it. */
export interface LifecycleRule {
  id: string;
  filter: { prefix?: string; and?: { prefix: string; tags: Record<string, string> } };
  expiration?: { days: number };
  noncurrentVersionExpiration?: { noncurrentDays: number };
}

/** The vault of a plan: name, key, lock and lifecycle are its own. */
export function vaultOf(plan: Plan): PlannedVault {
  const inputs = (part: string) =>
    plan.resources.find(({ name }) => name === `backups-primary-${part}`)!.inputs;
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

/** A backup vault as it is to be made. */
export interface PlannedVault {
  bucket: string;
  /** ARN of the key that encrypts it. */
  kmsKey: string;
  /** Its default retention in governance mode. */
  lock: { days: number };
  lifecycle: LifecycleRule[];
}

/** Where moto listens; by default on the loopback, at a free port. */
export interface MotoPlace {
  /** Command prefix that runs a program on that host. */
  inside: string[];
  address: string;
  port: number;
}

const loopback: MotoPlace = { inside: [], address: "127.0.0.1", port: 0 };

/**
 * moto, a stand-in for S3, CloudWatch and KMS, with a backup vault in it. It speaks versions, locks
 * and tags, and by moto-server.py what S3 says of objects of parts, and what KMS signs. It does not
 * deny by key or policy, replicate or expire: tests inject or judge those, and say so.
 */
export class Moto {
  /** The vault's bucket. */
  readonly bucket: string;
  readonly kmsKey: string;
  readonly s3: S3Client;

  private constructor(
    readonly endpoint: string,
    private readonly running: Subprocess,
    { bucket, kmsKey }: PlannedVault,
  ) {
    this.bucket = bucket;
    this.kmsKey = kmsKey;
    this.s3 = new S3Client({ endpoint, region, credentials, forcePathStyle: true });
  }

  /** @throws MissingTool when moto cannot be had. */
  static async start(vault: PlannedVault, at = loopback): Promise<Moto> {
    const python = join(dirname(await tool("moto_server")), "venv/bin/python");
    const script = join(__dirname, "moto-server.py");
    const program = [python, script, "-H", at.address, "-p", String(at.port)];
    const [command = "", ...args] = [...at.inside, ...program];
    const running = spawn(command, args, { stdio: ["ignore", "ignore", "pipe"] });
    const moto = new Moto(await endpointOf(running), running, vault);
    await moto.create(vault);
    return moto;
  }

  /** What the AWS SDKs have to know; `s3` may be a proxy in between. */
  environment(s3 = this.endpoint): NodeJS.ProcessEnv {
    return {
      AWS_ACCESS_KEY_ID: credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
      AWS_REGION: region,
      AWS_ENDPOINT_URL_S3: s3,
      AWS_ENDPOINT_URL_CLOUDWATCH: this.endpoint,
      AWS_ENDPOINT_URL_KMS: this.endpoint,
      BACKUP_BUCKET: this.bucket,
      BACKUP_KMS_KEY: this.kmsKey,
      STACK_NAME: "mini-xdr-prod",
    };
  }

  /** Names of the backups' metrics that have arrived, with their dimensions. */
  async metrics(): Promise<string[]> {
    const client = new CloudWatchClient({ endpoint: this.endpoint, region, credentials });
    const { Metrics = [] } = await client.send(
      new ListMetricsCommand({ Namespace: "MiniXdr/Backups" }),
    );
    return Metrics.map(({ MetricName, Dimensions = [] }) =>
      [MetricName, ...Dimensions.map(({ Value }) => Value)].join(" "),
    );
  }

  /** Of the key that signs under this ARN. */
  async publicKey(arn: string): Promise<KeyObject> {
    const client = new KMSClient({ endpoint: this.endpoint, region, credentials });
    const { PublicKey } = await client.send(new GetPublicKeyCommand({ KeyId: arn }));
    return createPublicKey({ key: Buffer.from(PublicKey!), format: "der", type: "spki" });
  }

  async stop(): Promise<void> {
    (await this.running.nodeChildProcess).kill();
    await this.running.catch(() => undefined);
  }

  private async create({ bucket: Bucket, kmsKey, lock, lifecycle }: PlannedVault): Promise<void> {
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
    const encryption = { SSEAlgorithm: "aws:kms", KMSMasterKeyID: kmsKey } as const;
    await this.s3.send(
      new PutBucketEncryptionCommand({
        Bucket,
        ServerSideEncryptionConfiguration: {
          Rules: [{ ApplyServerSideEncryptionByDefault: encryption, BucketKeyEnabled: true }],
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
        LifecycleConfiguration: { Rules: lifecycle.map(s3Rule) },
      }),
    );
  }
}

/** Where moto serves, from its own words. */
async function endpointOf(running: Subprocess): Promise<string> {
  const { stderr } = await running.nodeChildProcess;
  return new Promise((resolve, reject) => {
    createInterface({ input: stderr! }).on("line", (line) => {
      const found = /Running on (http:\/\/[.\d]+:\d+)/.exec(line);
      if (found) resolve(found[1]!);
    });
    const ended = () => reject(new Error("moto ended while it started"));
    running.then(ended, ended);
  });
}

function s3Rule(rule: LifecycleRule): S3LifecycleRule {
  const { id, filter, expiration, noncurrentVersionExpiration: old } = rule;
  const tags = Object.entries(filter.and?.tags ?? {}).map(([Key, Value]) => ({ Key, Value }));
  return {
    ID: id,
    Status: "Enabled",
    Filter: filter.and
      ? { And: { Prefix: filter.and.prefix, Tags: tags } }
      : { Prefix: filter.prefix },
    Expiration: expiration && { Days: expiration.days },
    NoncurrentVersionExpiration: old && { NoncurrentDays: old.noncurrentDays },
  };
}
