import * as pulumi from "@pulumi/pulumi";
import type * as iam from "@pulumi/aws/iam";
import { dumpPrefixes, statePrefix } from "./backup-vault";
import { allow } from "../iam-policy";

/**
 * What the backup jobs may do: add, read and tag objects of the vault, and report metrics. They
 * cannot delete: only the vault's lifecycle does, for what prune has tagged.
 */
export function backupRights(
  bucketArn: pulumi.Output<string>,
  kmsKeyArn: pulumi.Output<string>,
): iam.PolicyDocument {
  const objects = [...dumpPrefixes, statePrefix].map(
    (prefix) => pulumi.interpolate`${bucketArn}/${prefix}*`,
  );
  return allow(
    { Action: ["s3:ListBucket", "s3:ListBucketMultipartUploads"], Resource: [bucketArn] },
    {
      Action: [
        "s3:GetObject",
        "s3:GetObjectTagging",
        "s3:PutObject",
        "s3:PutObjectTagging",
        "s3:AbortMultipartUpload",
        "s3:ListMultipartUploadParts",
      ],
      Resource: objects,
    },
    { Action: ["kms:Decrypt", "kms:GenerateDataKey"], Resource: [kmsKeyArn] },
    {
      // CloudWatch knows no ARN for a metric; its namespace is the boundary.
      Action: ["cloudwatch:PutMetricData"],
      Resource: ["*"],
      Condition: { StringEquals: { "cloudwatch:namespace": "MiniXdr/Backups" } },
    },
  );
}
