import type * as pulumi from "@pulumi/pulumi";
import type * as iam from "@pulumi/aws/iam";
import { allow } from "./iam-policy";
import type { ImageReference } from "./registry";
import { Workload } from "./workload";

export interface EdgeMetricsArgs {
  namespace: string;
  /** yet-another-cloudwatch-exporter. */
  image: ImageReference;
  region: string;
}

/** Its service account, which Pod Identity gives the rights. */
export const edgeMetricsAccount = "edge-metrics";

/**
 * What the exporter may do in AWS: read figures. CloudWatch knows no ARN for a metric, and neither
 * action takes a resource or a condition (AWS's Service Authorization Reference, CloudWatch).
 */
export const edgeMetricsRights: iam.PolicyDocument = allow({
  Action: ["cloudwatch:GetMetricData", "cloudwatch:ListMetrics"],
  Resource: ["*"],
});

/**
 * CloudWatch's figures of the load balancer, for the SLOs: what users were answered. One pod; while
 * it is away the services' own counters count. Costs: about 2 US dollars a month, in its README.
 */
export class EdgeMetrics extends Workload {
  constructor(name: string, args: EdgeMetricsArgs, opts: pulumi.ComponentResourceOptions) {
    const { namespace, ...values } = args;
    super("EdgeMetrics", name, namespace, args, opts);
    this.release("release", {
      name: edgeMetricsAccount,
      chart: "./charts/edge-metrics",
      version: "0.1.0",
      timeoutSeconds: 300,
      values,
    });
    this.registerOutputs({});
  }
}
