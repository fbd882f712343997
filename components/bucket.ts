import * as pulumi from "@pulumi/pulumi";
import * as s3 from "@pulumi/aws/s3";
import type * as iam from "@pulumi/aws/iam";

/**
 * Closes a bucket: no public access, no ACLs, TLS only; `statements` open what is needed.
 */
export function closeBucket(
  name: string,
  bucket: s3.Bucket,
  parent: pulumi.Resource,
  statements: iam.PolicyStatement[] = [],
  region?: string,
): void {
  const access = new s3.BucketPublicAccessBlock(
    `${name}-public-access`,
    {
      bucket: bucket.bucket,
      blockPublicAcls: true,
      blockPublicPolicy: true,
      ignorePublicAcls: true,
      restrictPublicBuckets: true,
      region,
    },
    { parent },
  );
  new s3.BucketOwnershipControls(
    `${name}-ownership`,
    { bucket: bucket.bucket, rule: { objectOwnership: "BucketOwnerEnforced" }, region },
    { parent },
  );
  new s3.BucketPolicy(
    `${name}-policy`,
    {
      bucket: bucket.bucket,
      region,
      policy: {
        Version: "2012-10-17",
        Statement: [
          {
            Sid: "TlsOnly",
            Effect: "Deny",
            Principal: "*",
            Action: "s3:*",
            Resource: [bucket.arn, pulumi.interpolate`${bucket.arn}/*`],
            Condition: { Bool: { "aws:SecureTransport": "false" } },
          },
          ...statements,
        ],
      },
    },
    // S3 refuses two changes of a bucket's access at the same moment.
    { parent, dependsOn: access },
  );
}
