import * as pulumi from "@pulumi/pulumi";
import * as kms from "@pulumi/aws/kms";
import { chaosLogGroup } from "./chaos/chaos";
import { publishers } from "./notifications";

export interface KeysArgs {
  /** Stack's name prefix, such as `mini-xdr-prod`. */
  stackName: string;
  /** Account that administers the keys. */
  accountId: pulumi.Input<string>;
  region: string;
  /** Region of the backups' second home; absent: they have none. */
  recoveryRegion?: string;
}

/** Where copies of a purpose go, and what encrypts them there. */
export interface RecoveryPlace {
  region: string;
  kmsKeyArn: pulumi.Output<string>;
}

interface KeyUse {
  /** Region of the key; absent: the stack's own. */
  region?: string;
  /** AWS services that use the key on their own behalf, not on a caller's. */
  services?: string[];
  /** Log group that CloudWatch encrypts with the key. */
  logGroup?: string;
}

/**
 * A customer-managed key per purpose, rotated every year, kept for 30 days after a deletion.
 * A key outlives what it encrypts: without it, a backup is noise, so every key is protected.
 *
 * Costs: one US dollar a month per key, and the requests.
 */
export class Keys extends pulumi.ComponentResource {
  /** Storage, snapshots and insights of the database, and its secrets. */
  readonly database: kms.Key;
  /** Cache at rest, and its token. */
  readonly cache: kms.Key;
  /** The backup bucket: `alias/mini-xdr-prod-backups` in the stack `prod`. */
  readonly backups: kms.Key;
  /** Database backups that AWS copies to the recovery Region, and the backup bucket's copy there. */
  readonly recovery?: Record<"database" | "backups", RecoveryPlace>;
  /** Secrets inside the cluster's etcd. */
  readonly cluster: kms.Key;
  /** Alarm topic in the stack's Region: CloudWatch, RDS and ElastiCache publish to it. */
  readonly notifications: kms.Key;
  /** Alarm topic in us-east-1, where Route 53 keeps its metrics. */
  readonly globalNotifications: kms.Key;
  /** What chaos experiments did: CloudWatch encrypts their log. */
  readonly chaos: kms.Key;

  constructor(
    private readonly name: string,
    private readonly args: KeysArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("mini-xdr:index:Keys", name, args, opts);
    this.database = this.key("database", {});
    this.cache = this.key("cache", {});
    this.backups = this.key("backups", {});
    if (args.recoveryRegion !== undefined) this.recovery = this.copies(args.recoveryRegion);
    this.cluster = this.key("cluster", {});
    this.notifications = this.key("notifications", { services: publishers.regional });
    this.globalNotifications = this.key("global-notifications", {
      region: "us-east-1",
      services: publishers.global,
    });
    this.chaos = this.key("chaos", { logGroup: chaosLogGroup(args.stackName) });
    this.registerOutputs({
      database: this.database.arn,
      backups: this.backups.arn,
      cluster: this.cluster.arn,
    });
  }

  private copies(region: string): Record<"database" | "backups", RecoveryPlace> {
    const place = (purpose: string) => ({
      region,
      kmsKeyArn: this.key(`${purpose}-recovery`, { region }).arn,
    });
    return { database: place("database"), backups: place("backups") };
  }

  private key(purpose: string, use: KeyUse): kms.Key {
    const key = new kms.Key(
      `${this.name}-${purpose}`,
      {
        description: `${this.args.stackName}: ${purpose}`,
        enableKeyRotation: true,
        rotationPeriodInDays: 365,
        deletionWindowInDays: 30,
        policy: this.policy(use),
        region: use.region,
      },
      { parent: this, protect: true },
    );
    new kms.Alias(
      `${this.name}-${purpose}-alias`,
      {
        // Of the stack: the one that takes a lost stack's place finds that one's aliases in its Region.
        name: `alias/${this.args.stackName}-${purpose}`,
        targetKeyId: key.keyId,
        region: use.region,
      },
      { parent: this },
    );
    return key;
  }

  /** The account decides by IAM who uses a key; a publishing service only when it acts for it. */
  private policy({ services = [], logGroup }: KeyUse): pulumi.Output<string> {
    const { accountId, region } = this.args;
    return pulumi.jsonStringify({
      Version: "2012-10-17",
      Statement: [
        {
          Sid: "AccountDecidesByIam",
          Effect: "Allow",
          Principal: { AWS: pulumi.interpolate`arn:aws:iam::${accountId}:root` },
          Action: "kms:*",
          Resource: "*",
        },
        ...services.map((service) => ({
          Sid: "PublishEncrypted",
          Effect: "Allow",
          Principal: { Service: service },
          Action: ["kms:Decrypt", "kms:GenerateDataKey"],
          Resource: "*",
          Condition: { StringEquals: { "aws:SourceAccount": accountId } },
        })),
        ...(logGroup ? [encryptsLog(region, accountId, logGroup)] : []),
      ].map((statement, index) => ({ ...statement, Sid: `${statement.Sid}${index}` })),
    });
  }
}

/** CloudWatch Logs may use a key for one log group. */
function encryptsLog(region: string, accountId: pulumi.Input<string>, logGroup: string) {
  const arn = pulumi.interpolate`arn:aws:logs:${region}:${accountId}:log-group:${logGroup}`;
  return {
    Sid: "EncryptLog",
    Effect: "Allow",
    Principal: { Service: `logs.${region}.amazonaws.com` },
    Action: [
      "kms:Encrypt",
      "kms:Decrypt",
      "kms:ReEncrypt*",
      "kms:GenerateDataKey*",
      "kms:Describe*",
    ],
    Resource: "*",
    Condition: { ArnEquals: { "kms:EncryptionContext:aws:logs:arn": arn } },
  };
}
