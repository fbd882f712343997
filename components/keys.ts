import * as pulumi from "@pulumi/pulumi";
import * as kms from "@pulumi/aws/kms";
import { chaosLogGroup } from "./chaos/chaos";
import { containerLogGroups } from "./container-logs";
import { databaseLogGroups } from "./database/logs";
import { keyPolicy, type KeyUsers } from "./key-policy";
import { publishers } from "./notifications";
import type { RecoveryAccount, RecoveryPlace } from "./recovery-place";

export interface KeysArgs {
  /** Stack's name prefix, such as `mini-xdr-prod`. */
  stackName: string;
  /** Account that administers the keys. */
  accountId: pulumi.Input<string>;
  region: string;
  /** Region of the backups' second home; absent: they have none. */
  recoveryRegion?: string;
  /** The account in which the backup bucket's copy lives; absent: the stack's own. */
  recoveryAccount?: RecoveryAccount;
  /** The one role that may disable, delete or re-govern a key. */
  keeperArn: pulumi.Input<string>;
  /** The one role that signs with each signing key. */
  signers: Record<"manifests" | "verifications", pulumi.Input<string>>;
}

/** A signing key, and its replica in the recovery Region, which checks there what was signed here. */
interface SigningKey {
  arn: pulumi.Output<string>;
}

interface KeyUse extends KeyUsers {
  /** Region of the key; absent: the stack's own. */
  region?: string;
  /** Account of the key; absent: the stack's own. */
  account?: RecoveryAccount;
}

/** What a stack's keys are called, in every Region in which they are. */
export const keyAlias = (stackName: string, purpose: string) => `alias/${stackName}-${purpose}`;

/**
 * A customer-managed key per purpose, rotated every year, kept for 30 days after a deletion, and
 * disabled, deleted or re-governed by the deploy role alone. A key outlives what it encrypts: without
 * it, a backup is noise, so every key is protected.
 *
 * What says that a backup is ours is signed with keys of their own, one for each of the two that sign.
 * Their replicas in the recovery Region have the same material and the same alias; a multi-Region key
 * cannot be deleted before its replicas are (AWS KMS Developer Guide, "Deleting multi-Region keys").
 *
 * Costs: one US dollar a month per key and replica, and the requests.
 */
export class Keys extends pulumi.ComponentResource {
  /** Storage, snapshots, insights and logs of the database, and its secrets. */
  readonly database: kms.Key;
  /** Cache at rest, and its token. */
  readonly cache: kms.Key;
  /** The backup bucket: `alias/mini-xdr-prod-backups` in the stack `prod`. */
  readonly backups: kms.Key;
  /** Signs each backup's manifest, and each verification; whoever reads has the public part. */
  readonly signing: Record<"manifests" | "verifications", SigningKey>;
  /** Where copies go: of the database's backups that AWS makes, of the backup bucket; and who is told of them. */
  readonly recovery?: Record<"database" | "backups" | "notifications", RecoveryPlace>;
  /** Secrets inside the cluster's etcd, and its containers' logs. */
  readonly cluster: kms.Key;
  /** Alarm topic in the stack's Region: CloudWatch, EventBridge and RDS publish to it. */
  readonly notifications: kms.Key;
  /** Alarm topic in us-east-1, where Route 53 keeps its metrics and IAM is recorded. */
  readonly globalNotifications: kms.Key;
  /** What chaos experiments did: CloudWatch encrypts their log. */
  readonly chaos: kms.Key;

  constructor(
    private readonly name: string,
    private readonly args: KeysArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    // A provider among a component's own inputs waits for itself: the SDK never registers it.
    super("mini-xdr:index:Keys", name, { ...args, recoveryAccount: undefined }, opts);
    this.database = this.key("database", { logGroups: databaseLogGroups(args.stackName) });
    this.cache = this.key("cache", {});
    this.backups = this.key("backups", {});
    this.signing = {
      manifests: this.signingKey("backup-manifests", args.signers.manifests),
      verifications: this.signingKey("backup-verifications", args.signers.verifications),
    };
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
    const { recoveryAccount: account } = this.args;
    const place = (purpose: string, use: KeyUse = {}): RecoveryPlace => ({
      region,
      kmsKeyArn: this.key(purpose, { region, ...use }).arn,
      ...(use.account ? { account: use.account } : {}),
    });
    return {
      database: place("database-recovery"),
      backups: place("backups-recovery", { account }),
      // S3 keeps there how far the copies are behind.
      notifications: place("recovery-notifications", { services: publishers.elsewhere }),
    };
  }

  private key(purpose: string, use: KeyUse): kms.Key {
    const { region, account } = use;
    const key = new kms.Key(
      `${this.name}-${purpose}`,
      {
        description: this.describe(purpose),
        enableKeyRotation: true,
        rotationPeriodInDays: 365,
        deletionWindowInDays: 30,
        policy: this.policy(use),
        region,
      },
      { parent: this, protect: true, provider: account?.provider },
    );
    this.alias(purpose, key, use);
    return key;
  }

  /** KMS rotates no asymmetric key; what a leaked one had signed would have to be refused anyway. */
  private signingKey(purpose: string, signerArn: pulumi.Input<string>): SigningKey {
    const key = new kms.Key(
      `${this.name}-${purpose}`,
      {
        description: this.describe(purpose),
        keyUsage: "SIGN_VERIFY",
        customerMasterKeySpec: "ECC_NIST_P256",
        multiRegion: true,
        deletionWindowInDays: 30,
        policy: this.policy({ signerArn }),
      },
      { parent: this, protect: true },
    );
    this.alias(purpose, key, {});
    const { recoveryRegion: region } = this.args;
    if (region !== undefined) this.replica(purpose, key, signerArn, region);
    return { arn: key.arn };
  }

  private replica(
    purpose: string,
    key: kms.Key,
    signerArn: pulumi.Input<string>,
    region: string,
  ): void {
    const replica = new kms.ReplicaKey(
      `${this.name}-${purpose}-replica`,
      {
        description: this.describe(purpose),
        primaryKeyArn: key.arn,
        deletionWindowInDays: 30,
        policy: this.policy({ signerArn }),
        region,
      },
      { parent: this, protect: true },
    );
    this.alias(purpose, replica, { region }, "replica-alias");
  }

  private describe(purpose: string): string {
    return `${this.args.stackName}: ${purpose}`;
  }

  /** Of the stack: the one that takes a lost stack's place finds that one's aliases in its Region. */
  private alias(
    purpose: string,
    { keyId }: { keyId: pulumi.Output<string> },
    { region, account }: Pick<KeyUse, "region" | "account">,
    kind = "alias",
  ): void {
    new kms.Alias(
      `${this.name}-${purpose}-${kind}`,
      { name: keyAlias(this.args.stackName, purpose), targetKeyId: keyId, region },
      { parent: this, provider: account?.provider },
    );
  }

  private policy({ account, ...users }: KeyUse): pulumi.Output<string> {
    const { accountId, keeperArn, region } = this.args;
    return keyPolicy({
      accountId: account?.id ?? accountId,
      keeperArn: account?.roleArn ?? keeperArn,
      region,
      readerAccountId: account ? accountId : undefined,
      ...users,
    });
  }
}
