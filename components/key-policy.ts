import * as pulumi from "@pulumi/pulumi";

/** Who uses a key besides those whom the account lets by IAM. */
export interface KeyUsers {
  /** AWS services that use the key on their own behalf, not on a caller's. */
  services?: string[];
  /** Log groups that CloudWatch encrypts with the key. */
  logGroups?: string[];
  /** The one role that signs with the key. */
  signerArn?: pulumi.Input<string>;
}

interface KeyPolicyArgs extends KeyUsers {
  /** The account of the key. */
  accountId: pulumi.Input<string>;
  /** The one role that may disable, delete or re-govern it. */
  keeperArn: pulumi.Input<string>;
  region: string;
  /** Another account that encrypts copies with it, and opens them; absent: none. */
  readerAccountId?: pulumi.Input<string>;
}

/**
 * The account decides by IAM who uses a key; a publishing service only when it acts for it. Nobody but
 * the keeper takes it away or changes this policy: KMS asks a key's own policy first, so not even the
 * account's root user does (AWS KMS Developer Guide, "Key policies in AWS KMS").
 */
export function keyPolicy(args: KeyPolicyArgs): pulumi.Output<string> {
  const { accountId, keeperArn, region, services = [], logGroups = [] } = args;
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
      denyUnless("KeptByDeployRole", keeping, keeperArn),
      ...(args.signerArn ? [denyUnless("SignedByOne", ["kms:Sign"], args.signerArn)] : []),
      ...(args.readerAccountId ? [opensCopies(args.readerAccountId)] : []),
      ...services.map((service) => publishes(service, accountId)),
      ...(logGroups.length > 0 ? [encryptsLogs(region, accountId, logGroups)] : []),
    ].map((statement, index) => ({ ...statement, Sid: `${statement.Sid}${index}` })),
  });
}

/** What takes a key away from everybody, at once or in 30 days, or lets somebody else do it. */
const keeping = [
  "kms:DisableKey",
  "kms:ScheduleKeyDeletion",
  "kms:DeleteImportedKeyMaterial",
  "kms:PutKeyPolicy",
  "kms:DeleteAlias",
  "kms:UpdateAlias",
];

function denyUnless(Sid: string, Action: string[], arn: pulumi.Input<string>) {
  return {
    Sid,
    Effect: "Deny",
    Principal: "*",
    Action,
    Resource: "*",
    Condition: { ArnNotEquals: { "aws:PrincipalArn": arn } },
  };
}

/** By IAM of that account, which lets its replication encrypt and its restores decrypt. */
function opensCopies(accountId: pulumi.Input<string>) {
  return {
    Sid: "OpensCopies",
    Effect: "Allow",
    Principal: { AWS: pulumi.interpolate`arn:aws:iam::${accountId}:root` },
    Action: ["kms:Encrypt", "kms:Decrypt", "kms:GenerateDataKey", "kms:DescribeKey"],
    Resource: "*",
  };
}

/**
 * EventBridge says to no key for whom it speaks, so it can be asked for no condition (Amazon SNS
 * Developer Guide, "Enable compatibility between event sources from AWS services and encrypted topics").
 */
function publishes(service: string, accountId: pulumi.Input<string>) {
  return {
    Sid: "PublishEncrypted",
    Effect: "Allow",
    Principal: { Service: service },
    Action: ["kms:Decrypt", "kms:GenerateDataKey"],
    Resource: "*",
    ...(service === "events.amazonaws.com"
      ? {}
      : { Condition: { StringEquals: { "aws:SourceAccount": accountId } } }),
  };
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
