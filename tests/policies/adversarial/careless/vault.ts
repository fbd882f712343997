import { edits, type Edit } from "../edit";

const rights = "components/backups/backup-rights.ts";
const denials = "components/backups/vault-policy.ts";
const watch = "components/backups/backup-watch.ts";

/** What would let one job, or one administrator for an hour, do away with the backups. */
export const vaultEdits: Edit[] = [
  ...edits("accepted", rights, [
    ["a dump that may do anything", 'Action: ["s3:PutObjectRetention"]', 'Action: ["s3:*"]'],
    [
      "a dump that may read what it wrote",
      'Action: ["s3:AbortMultipartUpload"], Resource: ofDumps("*")',
      'Action: ["s3:AbortMultipartUpload", "s3:GetObject"], Resource: ofDumps("*")',
    ],
    [
      "a dump that may write the record of its verification",
      '["database.dump", "database.dump.sha256", "manifest.json"]',
      '["database.dump", "database.dump.sha256", "manifest.json", "verified.json"]',
    ],
    [
      "a verification that may tag",
      "      readsDumps,\n      puts([",
      '      readsDumps,\n      { Action: ["s3:PutObjectTagging"], Resource: ofDumps("*") },\n      puts([',
    ],
    ["a verification that signs manifests", "signs(verificationKeyArn)", "signs(manifestKeyArn)"],
    [
      "an exporter that may sign",
      "      checks,\n      reports,",
      "      signs(manifestKeyArn),\n      reports,",
    ],
    [
      "tags of any name",
      '"ForAllValues:StringEquals": { "s3:RequestObjectTagKeys": ["pruned"] },',
      "",
    ],
    [
      "a restore that may delete",
      'Action: ["s3:GetObject", "s3:GetObjectVersion"],\n    Resource: ofDumps',
      'Action: ["s3:GetObject", "s3:GetObjectVersion", "s3:DeleteObjectVersion"],\n    Resource: ofDumps',
    ],
    [
      "figures of anybody's",
      '"cloudwatch:namespace": "MiniXdr/Backups"',
      '"cloudwatch:namespace": "*"',
    ],
  ]),
  ...edits("accepted", "components/backups/replication.ts", [
    [
      "tags that are copied",
      '"s3:ReplicateObject",',
      '"s3:ReplicateObject",\n        "s3:ReplicateTags",',
    ],
    [
      "tags that can be read to be copied",
      '"s3:GetObjectVersionAcl",',
      '"s3:GetObjectVersionAcl",\n        "s3:GetObjectVersionTagging",',
    ],
  ]),
  ...edits("accepted", "components/backups/backups.ts", [
    ["monthly copies for a month", '"monthly/": 220', '"monthly/": 31'],
    ["weekly copies for three weeks", '"weekly/": 45', '"weekly/": 21'],
    ["daily copies for five days", '"daily/": 16', '"daily/": 5'],
    ["a copy that follows tags", "        ages: copiesLast,\n", ""],
    [
      "copies that an administrator of anything may change",
      "keeperArn: account?.roleArn ?? keeperArn,",
      'keeperArn: "arn:aws:iam::111122223333:role/mini-xdr-admin",',
    ],
  ]),
  ...edits("accepted", denials, [
    [
      "locks that are opened by an administrator",
      '"s3:object-lock-mode": "COMPLIANCE"',
      '"s3:object-lock-mode": "GOVERNANCE"',
    ],
    ["monthlies unlocked after a month", "monthly: 184", "monthly: 31"],
    ["weeklies unlocked after a week", "weekly: 28", "weekly: 7"],
    ["locks for ten years", "atMost: 200", "atMost: 3650"],
    [
      "overwriting",
      '      Null: { "s3:if-none-match": "true" },\n',
      '      Null: { "s3:if-match": "true" },\n',
    ],
    [
      "uploads in parts that write over",
      '      Bool: { "s3:ObjectCreationOperation": "true" },\n',
      "",
    ],
    [
      "tags by everybody",
      'deny("TaggedByPrune", tagging, under("*"), unless(prune.arn, keeperArn)),',
      "",
    ],
    [
      "tags by the exporter",
      "unless(prune.arn, keeperArn)",
      "unless(prune.arn, roles.exporter.arn, keeperArn)",
    ],
    [
      "dumps by everybody",
      'deny("WrittenByJobs", ["s3:PutObject"], dumps("*"), unless(dump.arn, verify.arn)),',
      "",
    ],
    [
      "keys of the writer's own",
      '"s3:x-amz-server-side-encryption-customer-algorithm": "false"',
      '"s3:x-amz-server-side-encryption-customer-algorithm": "true"',
    ],
    ["versions that can be deleted", '        "s3:DeleteObjectVersion",\n', ""],
    ["locks that can be bypassed", '        "s3:BypassGovernanceRetention",\n', ""],
    ["a lifecycle that anybody may change", '        "s3:PutLifecycleConfiguration",\n', ""],
    ["a policy that anybody may delete", '        "s3:DeleteBucketPolicy",\n', ""],
    [
      "a denial too many",
      '      "NothingWritten",',
      '      "NothingRead", ["s3:GetObject"], objects), deny("NothingWritten",',
    ],
  ]),
  ...edits("accepted", "components/key-policy.ts", [
    ["keys that every administrator may delete", '  "kms:ScheduleKeyDeletion",\n', ""],
    ["keys that every administrator may disable", '  "kms:DisableKey",\n', ""],
    ["keys whose policy anybody may change", '  "kms:PutKeyPolicy",\n', ""],
    [
      "no denial in a key's policy",
      '      denyUnless("KeptByDeployRole", keeping, keeperArn),\n',
      "",
    ],
    [
      "manifests that anybody may sign",
      '...(args.signerArn ? [denyUnless("SignedByOne", ["kms:Sign"], args.signerArn)] : []),',
      "",
    ],
  ]),
  ...edits("accepted", "components/keys.ts", [
    ["a signing key in one Region", "        multiRegion: true,\n", ""],
    ["a key for both signatures", "args.signers.verifications),", "args.signers.manifests),"],
  ]),
  ...edits("accepted", "index.ts", [
    [
      "one key that signs both",
      "verifications: keys.signing.verifications.arn,\n  },\n  recovery",
      "verifications: keys.signing.manifests.arn,\n  },\n  recovery",
    ],
    [
      "a job that checks by the wrong key",
      "manifestKeyArn: keys.signing.manifests.arn",
      "manifestKeyArn: keys.signing.verifications.arn",
    ],
  ]),
  ...edits("accepted", watch, [
    ["keys that go unheard", '            "ScheduleKeyDeletion",\n', ""],
    ["a lifecycle that is changed unheard", '{ prefix: "PutBucketLifecycle" },', ""],
    [
      "a rule that tells nobody",
      "{ rule: rule.name, arn: topicArn, region },",
      '{ rule: rule.name, arn: "arn:aws:sns:eu-central-1:111122223333:other", region },',
    ],
    ["a trail that is stopped unheard", '"StopLogging", ', ""],
  ]),
  ...edits("accepted", "components/backups/backup-alarms.ts", [
    [
      "backups that vanish by the dozen",
      "description, metric, threshold: 0",
      "description, metric, threshold: 12",
    ],
    ["nobody told of refused backups", / {2}\["backup-refused",[^\n]*\n/, ""],
  ]),
];
