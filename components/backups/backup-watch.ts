import * as pulumi from "@pulumi/pulumi";
import * as cloudwatch from "@pulumi/aws/cloudwatch";
import type { Watched } from "./backup-alarms";

export interface BackupWatchArgs {
  /** Stack's name prefix, such as `mini-xdr-prod`. */
  stackName: string;
  topicArn: pulumi.Input<string>;
  /** In us-east-1, where changes of IAM are recorded. */
  globalTopicArn: pulumi.Input<string>;
  /** The copies' Region and the topic there; absent: there is no copy. */
  recovery?: { region: string; topicArn: pulumi.Input<string> };
  /** Who may change what guards the backups: whoever may become this role may as well. */
  deployRoleArn: string;
}

/** A Region, and the topic in it. */
interface Post {
  name: string;
  region?: string;
  topicArn: pulumi.Input<string>;
  pattern: object;
}

/**
 * Tells who has changed what protects the backups, or was refused: keys disabled or on their way out,
 * policy, lock, lifecycle, versioning or replication of a vault, rights of a backup's identity, rights
 * and trust of the deploy role, and whatever would silence this itself. EventBridge gets these from CloudTrail, so a trail has to record
 * (docs/landing-zone.md). The deploy role's own changes are told too: an `up` that changes such a thing
 * is rare, and is to be noticed. Requests for single objects are no management events and are not here.
 *
 * Costs: nothing but the mails; EventBridge charges for no event of AWS's own.
 */
export class BackupWatch extends pulumi.ComponentResource {
  readonly watched: Watched[];

  constructor(
    private readonly name: string,
    args: BackupWatchArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("mini-xdr:index:BackupWatch", name, args, opts);
    const { stackName, recovery } = args;
    const here = changesOfVault(stackName);
    this.watched = [
      this.post(stackName, { name: "backups-touched", topicArn: args.topicArn, pattern: here }),
      ...(recovery
        ? [this.post(stackName, { name: "backup-copies-touched", ...recovery, pattern: here })]
        : []),
      this.post(stackName, {
        name: "backup-rights-touched",
        region: "us-east-1",
        topicArn: args.globalTopicArn,
        pattern: changesOfRights(args.deployRoleArn),
      }),
    ];
    this.registerOutputs({});
  }

  private post(stackName: string, { name, region, topicArn, pattern }: Post): Watched {
    const rule = new cloudwatch.EventRule(
      `${this.name}-${name}`,
      {
        name: `${stackName}-${name}`,
        description: "What protects the backups was changed, or somebody tried to",
        eventPattern: JSON.stringify(pattern),
        region,
      },
      { parent: this },
    );
    new cloudwatch.EventTarget(
      `${this.name}-${name}-mail`,
      { rule: rule.name, arn: topicArn, region },
      { parent: this },
    );
    return { name, rule: rule.name, ...(region ? { elsewhere: { region, topicArn } } : {}) };
  }
}

/**
 * Of any key and any rule of the account, which is the stack's alone: a request that was refused does
 * not always name what it was for. CloudTrail has names of its own for some of S3's operations (S3
 * User Guide, "Amazon S3 CloudTrail events"); where it is not sure which, both are here.
 */
function changesOfVault(stackName: string): object {
  return {
    "detail-type": ["AWS API Call via CloudTrail"],
    $or: [
      {
        detail: {
          eventSource: ["kms.amazonaws.com"],
          eventName: [
            "DisableKey",
            "ScheduleKeyDeletion",
            "DeleteImportedKeyMaterial",
            "PutKeyPolicy",
            "DeleteAlias",
            "UpdateAlias",
          ],
        },
      },
      {
        detail: {
          eventSource: ["s3.amazonaws.com"],
          eventName: [
            { prefix: "DeleteBucket" },
            "PutBucketPolicy",
            { prefix: "PutBucketLifecycle" },
            "PutBucketObjectLockConfiguration",
            "PutObjectLockConfiguration",
            "PutBucketVersioning",
            "PutBucketReplication",
            "PutBucketEncryption",
            { prefix: "PutBucketPublicAccessBlock" },
          ],
          requestParameters: { bucketName: [{ prefix: `${stackName}-backups` }] },
        },
      },
      {
        detail: {
          eventSource: ["cloudtrail.amazonaws.com"],
          eventName: ["StopLogging", "DeleteTrail", "UpdateTrail", "PutEventSelectors"],
        },
      },
      {
        detail: {
          eventSource: ["events.amazonaws.com"],
          eventName: ["DisableRule", "DeleteRule", "RemoveTargets"],
        },
      },
    ],
  };
}

/** IAM is recorded in us-east-1, wherever it is asked ("Global service events", CloudTrail User Guide). */
function changesOfRights(deployRoleArn: string): object {
  const roleName = [
    { prefix: "backup-identities-" },
    { prefix: "backups-replication-" },
    deployRoleArn.split("/").at(-1)!,
  ];
  return {
    "detail-type": ["AWS API Call via CloudTrail"],
    detail: {
      eventSource: ["iam.amazonaws.com"],
      eventName: [
        "AttachRolePolicy",
        "DeleteRole",
        "DeleteRolePolicy",
        "PutRolePolicy",
        "UpdateAssumeRolePolicy",
      ],
      requestParameters: { roleName },
    },
  };
}
