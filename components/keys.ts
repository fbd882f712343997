import * as pulumi from "@pulumi/pulumi";
import * as kms from "@pulumi/aws/kms";
import { chaosLogGroup } from "./chaos/chaos";
import { containerLogGroups } from "./container-logs";
import { databaseLogGroups } from "./database/logs";
import { publishers } from "./notifications";
import type { RecoveryPlace } from "./recovery-place";

export interface KeysArgs {
  /** Stack's name prefix, such as `mini-xdr-prod`. */
  stackName: string;
  /** Account that administers the keys. */
  accountId: pulumi.Input<string>;
  region: string;
  /** Region of the backups' second home; absent: they have none. */
  recoveryRegion?: string;
}

interface KeyUse {
  /** Region of the key; absent: the stack's own. */
  region?: string;
  /** AWS services that use the key on their own behalf, not on a caller's. */
  services?: string[];
  /** Log groups that CloudWatch encrypts with the key. */
  logGroups?: string[];
}

/**
 * A customer-managed key per purpose, rotated every year, kept for 30 days after a deletion.
 * A key outlives what it encrypts: without it, a backup is noise, so every key is protected.
 *
 * Costs: one US dollar a month per key, and the requests.
 */
export class Keys extends pulumi.ComponentResource {
  /** Storage, snapshots, insights and logs of the database, and its secrets. */
  readonly database: kms.Key;
  /** Cache at rest, and its token. */
  readonly cache: kms.Key;
  /** The backup bucket: `alias/mini-xdr-prod-backups` in the stack `prod`. */
  readonly backups: kms.Key;
  /** Where copies go: of the database's backups that AWS makes, of the backup bucket; and who is told of them. */
  readonly recovery?: Record<"database" | "backups" | "notifications", RecoveryPlace>;
  /** Secrets inside the cluster's etcd, and its containers' logs. */
  readonly cluster: kms.Key;
  /** Alarm topic in the stack's Region: CloudWatch and RDS publish to it. */
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
    this.database = this.key("database", { logGroups: databaseLogGroups(args.stackName) });
    this.cache = this.key("cache", {});
    this.backups = this.key("backups", {});
    if (args.recoveryRegion !== undefined) this.recovery = this.copies(args.recoveryRegion);
    this.cluster = this.key("cluster", { logGroups: containerLogGroups(args.stackName) });
    this.notifications = this.key("notifications", { services: publishers.regional });
    this.globalNotifications = this.key("global-notifications", {
      region: "us-east-1",
      services: publishers.elsewhere,
    });
    this.chaos = this.key("chaos", { logGroups: [chaosLogGroup(args.stackName)] });
    this.registerOutputs({
      database: this.database.arn,
      backups: this.backups.arn,
      cluster: this.cluster.arn,
    });
  }

  private copies(region: string): Record<"database" | "backups" | "notifications", RecoveryPlace> {
    const place = (purpose: string, services?: string[]) => ({
      region,
      kmsKeyArn: this.key(purpose, { region, services }).arn,
    });
    return {
      database: place("database-recovery"),
      backups: place("backups-recovery"),
      // S3 keeps there how far the copies are behind.
      notifications: place("recovery-notifications", publishers.elsewhere),
    };
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
  private policy({ services = [], logGroups = [] }: KeyUse): pulumi.Output<string> {
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
        ...(logGroups.length > 0 ? [encryptsLogs(region, accountId, logGroups)] : []),
      ].map((statement, index) => ({ ...statement, Sid: `${statement.Sid}${index}` })),
    });
  }
}

/** CloudWatch Logs may use a key for these log groups, and for no others. */
function encryptsLogs(region: string, accountId: pulumi.Input<string>, groups: string[]) {
  const arns = groups.map(
    (group) => pulumi.interpolate`arn:aws:logs:${region}:${accountId}:log-group:${group}`,
  );
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
    Condition: {
      ArnEquals: { "kms:EncryptionContext:aws:logs:arn": arns.length === 1 ? arns[0]! : arns },
    },
  };
}
