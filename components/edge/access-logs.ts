import * as pulumi from "@pulumi/pulumi";
import * as s3 from "@pulumi/aws/s3";
import { closeBucket } from "../bucket";

export interface AccessLogsArgs {
  /** Bucket name, globally unique. */
  bucket: pulumi.Input<string>;
}

/**
 * The load balancer's access logs, kept for 90 days. Encrypted with S3's own key: a load balancer
 * cannot write to a bucket that asks for a customer-managed one.
 */
export class AccessLogs extends pulumi.ComponentResource {
  readonly bucket: pulumi.Output<string>;

  constructor(name: string, args: AccessLogsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("mini-xdr:index:AccessLogs", name, args, opts);
    const bucket = new s3.Bucket(`${name}-bucket`, { bucket: args.bucket }, { parent: this });
    new s3.BucketServerSideEncryptionConfiguration(
      `${name}-encryption`,
      {
        bucket: bucket.bucket,
        rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" } }],
      },
      { parent: this },
    );
    new s3.BucketLifecycleConfiguration(
      `${name}-lifecycle`,
      {
        bucket: bucket.bucket,
        rules: [
          {
            id: "expire",
            status: "Enabled",
            filter: { prefix: "" },
            expiration: { days: 90 },
            abortIncompleteMultipartUpload: { daysAfterInitiation: 7 },
          },
        ],
      },
      { parent: this },
    );
    closeBucket(name, bucket, this, [
      {
        Sid: "LoadBalancerWrites",
        Effect: "Allow",
        Principal: { Service: "logdelivery.elasticloadbalancing.amazonaws.com" },
        Action: "s3:PutObject",
        Resource: pulumi.interpolate`${bucket.arn}/AWSLogs/*`,
      },
    ]);
    this.bucket = bucket.bucket;
    this.registerOutputs({ bucket: this.bucket });
  }
}
