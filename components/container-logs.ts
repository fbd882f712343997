import * as pulumi from "@pulumi/pulumi";
import * as cloudwatch from "@pulumi/aws/cloudwatch";
import * as eks from "@pulumi/aws/eks";
import { allow } from "./iam-policy";
import { PodIdentity } from "./pod-identity";

export interface ContainerLogsArgs {
  /** Literal name of the cluster, a part of the groups' names. */
  name: string;
  clusterName: pulumi.Input<string>;
  /** Encrypts the groups; its policy admits CloudWatch Logs for them. */
  kmsKeyArn: pulumi.Input<string>;
}

/** Where Fluent Bit writes what containers, kubelet and host say, and the agent its own figures. */
const kinds = ["application", "dataplane", "host", "performance"];

/** Names of a cluster's groups; the add-on knows no others. */
export const containerLogGroups = (name: string) =>
  kinds.map((kind) => `/aws/containerinsights/${name}/${kind}`);

/**
 * Logs of containers and nodes, in CloudWatch: what a pod said is still there when its node is gone.
 * By AWS's own add-on, which comes from AWS, as a recovery must: its pods run on the host's network,
 * where no NetworkPolicy reaches, and nothing waits for them. Application Signals and the enhanced
 * figures are off: Prometheus has them, and each would be paid.
 *
 * Costs: what CloudWatch takes in, by the GB; the agent and Fluent Bit 100m of every node.
 */
export class ContainerLogs extends pulumi.ComponentResource {
  constructor(
    private readonly name: string,
    private readonly args: ContainerLogsArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("mini-xdr:index:ContainerLogs", name, args, opts);
    const groups = this.groups();
    const identity = this.identity(groups);
    this.addon([identity, ...groups]);
    this.registerOutputs({});
  }

  /** Created before the add-on: groups that Fluent Bit creates itself keep their logs indefinitely. */
  private groups(): cloudwatch.LogGroup[] {
    return containerLogGroups(this.args.name).map(
      (group, index) =>
        new cloudwatch.LogGroup(
          `${this.name}-${kinds[index]}`,
          { name: group, retentionInDays: 30, kmsKeyId: this.args.kmsKeyArn },
          { parent: this },
        ),
    );
  }

  /**
   * Both run under one account (aws-observability/helm-charts, fluent-bit-daemonset.yaml). They may
   * write into these groups and nothing else; not even make one.
   */
  private identity(groups: cloudwatch.LogGroup[]): PodIdentity {
    return new PodIdentity(
      `${this.name}-identity`,
      {
        clusterName: this.args.clusterName,
        namespace: "amazon-cloudwatch",
        serviceAccount: "cloudwatch-agent",
        policy: allow({
          Action: ["logs:CreateLogStream", "logs:PutLogEvents", "logs:DescribeLogStreams"],
          Resource: groups.flatMap(({ arn }) => [arn, pulumi.interpolate`${arn}:*`]),
        }),
      },
      { parent: this },
    );
  }

  private addon(dependsOn: pulumi.Resource[]): void {
    const small = (memory: string) => ({
      requests: { cpu: "50m", memory },
      limits: { cpu: "500m", memory: "256Mi" },
    });
    new eks.Addon(
      `${this.name}-addon`,
      {
        clusterName: this.args.clusterName,
        addonName: "amazon-cloudwatch-observability",
        addonVersion: "v6.2.0-eksbuild.1",
        configurationValues: JSON.stringify({
          agent: {
            config: {
              logs: { metrics_collected: { kubernetes: { enhanced_container_insights: false } } },
            },
            resources: small("128Mi"),
          },
          containerLogs: { enabled: true, fluentBit: { resources: small("64Mi") } },
          manager: { applicationSignals: { autoMonitor: { monitorAllServices: false } } },
        }),
        resolveConflictsOnCreate: "OVERWRITE",
        resolveConflictsOnUpdate: "OVERWRITE",
      },
      { parent: this, dependsOn },
    );
  }
}
