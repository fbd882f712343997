import * as pulumi from "@pulumi/pulumi";
import * as vpc from "@pulumi/aws/vpc";

export interface ClusterTrafficArgs {
  /** Group of every pod. */
  clusterSecurityGroupId: pulumi.Input<string>;
  edgeSecurityGroupId: pulumi.Input<string>;
  databaseSecurityGroupId: pulumi.Input<string>;
  cacheSecurityGroupId: pulumi.Input<string>;
}

/**
 * Who may speak with the cluster's pods, and with whom they may speak. The rules stand on the
 * cluster's side, so that the groups of database, cache and edge outlive it untouched.
 */
export class ClusterTraffic extends pulumi.ComponentResource {
  constructor(
    private readonly name: string,
    args: ClusterTrafficArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("mini-xdr:index:ClusterTraffic", name, args, opts);
    const { clusterSecurityGroupId: pods, edgeSecurityGroupId: edge } = args;
    for (const [service, port] of Object.entries({ backend: 8000, frontend: 8080 })) {
      this.ingress(`edge-to-${service}`, pods, edge, port);
      this.egress(`edge-to-${service}-out`, edge, pods, port);
    }
    this.ingress("pods-to-database", args.databaseSecurityGroupId, pods, 5432);
    this.ingress("pods-to-cache", args.cacheSecurityGroupId, pods, 6379);
    this.registerOutputs({});
  }

  private ingress(
    rule: string,
    securityGroupId: pulumi.Input<string>,
    from: pulumi.Input<string>,
    port: number,
  ): void {
    new vpc.SecurityGroupIngressRule(
      `${this.name}-${rule}`,
      { securityGroupId, referencedSecurityGroupId: from, ...tcp(port), description: rule },
      { parent: this },
    );
  }

  private egress(
    rule: string,
    securityGroupId: pulumi.Input<string>,
    to: pulumi.Input<string>,
    port: number,
  ): void {
    new vpc.SecurityGroupEgressRule(
      `${this.name}-${rule}`,
      { securityGroupId, referencedSecurityGroupId: to, ...tcp(port), description: rule },
      { parent: this },
    );
  }
}

function tcp(port: number) {
  return { ipProtocol: "tcp", fromPort: port, toPort: port };
}
