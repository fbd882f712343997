import * as pulumi from "@pulumi/pulumi";
import * as cloudwatch from "@pulumi/aws/cloudwatch";
import * as ec2 from "@pulumi/aws/ec2";
import * as elasticache from "@pulumi/aws/elasticache";
import type { CacheConfig } from "../config";
import { closedSecurityGroup } from "./closed-security-group";
import { transformed, type Transform } from "./transform";

export interface CacheArgs extends CacheConfig {
  /** Identifier of the replication group, such as `mini-xdr-prod`. */
  identifier: string;
  vpcId: pulumi.Input<string>;
  zones: string[];
  /** Isolated subnets, one per zone. */
  subnetIds: pulumi.Input<string>[];
  /** Encrypts the cache at rest. */
  kmsKeyArn: pulumi.Input<string>;
  /** AUTH token; secret. */
  token: pulumi.Input<string>;
  /** Receives failovers and node replacements; ElastiCache publishes to no encrypted one. */
  topicArn: pulumi.Input<string>;
  transform?: { replicationGroup?: Transform<elasticache.ReplicationGroupArgs> };
}

export const cachePort = 6379;

/**
 * Valkey with a primary and replicas over the zones, automatic failover, TLS and a token.
 * Holds nothing that the database does not: losing it costs speed, not data.
 *
 * AWS quotes no figure for its failover. Costs: every node by the hour.
 */
export class Cache extends pulumi.ComponentResource {
  /** Follows the primary through a failover. */
  readonly primaryHost: pulumi.Output<string>;
  readonly port = cachePort;
  readonly replicationGroupId: pulumi.Output<string>;
  readonly arn: pulumi.Output<string>;
  /** The token, once the group takes it. Secret. */
  readonly token: pulumi.Output<string>;
  /** Zones that its nodes are in. */
  readonly zones: string[];
  readonly memberIds: string[];
  readonly securityGroupId: pulumi.Output<string>;

  constructor(
    private readonly name: string,
    private readonly args: CacheArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("mini-xdr:index:Cache", name, args, opts);
    const securityGroup = this.securityGroup();
    const group = this.replicationGroup(securityGroup);
    this.primaryHost = group.primaryEndpointAddress;
    this.replicationGroupId = group.replicationGroupId;
    this.arn = group.arn;
    this.token = pulumi.all([args.token, group.arn]).apply(([token]) => token);
    this.zones = args.zones.slice(0, args.nodes);
    this.memberIds = Array.from(
      { length: args.nodes },
      (_, index) => `${args.identifier}-${String(index + 1).padStart(3, "0")}`,
    );
    this.securityGroupId = securityGroup.id;
    this.registerOutputs({
      primaryHost: this.primaryHost,
      replicationGroupId: this.replicationGroupId,
      securityGroupId: this.securityGroupId,
    });
  }

  private securityGroup(): ec2.SecurityGroup {
    return closedSecurityGroup(this, `${this.name}-security-group`, {
      vpcId: this.args.vpcId,
      guards: "mini-xdr cache",
      tag: `${this.args.identifier}-cache`,
    });
  }

  private replicationGroup(securityGroup: ec2.SecurityGroup): elasticache.ReplicationGroup {
    const { args } = this;
    const subnets = new elasticache.SubnetGroup(
      `${this.name}-subnets`,
      { name: args.identifier, subnetIds: args.subnetIds },
      { parent: this },
    );
    const parameters = new elasticache.ParameterGroup(
      `${this.name}-parameters`,
      {
        name: args.identifier,
        family: "valkey8",
        // Cached answers may go under memory pressure; an error on write may not.
        parameters: [{ name: "maxmemory-policy", value: "allkeys-lru" }],
      },
      { parent: this },
    );
    return new elasticache.ReplicationGroup(
      `${this.name}-replication-group`,
      transformed(args.transform?.replicationGroup, {
        replicationGroupId: args.identifier,
        description: `${args.identifier} cache`,
        engine: "valkey",
        engineVersion: "8.0",
        nodeType: args.nodeType,
        numCacheClusters: args.nodes,
        preferredCacheClusterAzs: Array.from(
          { length: args.nodes },
          (_, index) => args.zones[index % args.zones.length]!,
        ),
        multiAzEnabled: true,
        automaticFailoverEnabled: true,
        port: cachePort,
        subnetGroupName: subnets.name,
        parameterGroupName: parameters.name,
        securityGroupIds: [securityGroup.id],
        atRestEncryptionEnabled: true,
        kmsKeyId: args.kmsKeyArn,
        transitEncryptionEnabled: true,
        transitEncryptionMode: "required",
        authToken: args.token,
        // A new token is taken beside the one before it, and the one before that no more ("Rotating the
        // AUTH token", Amazon ElastiCache User Guide). The provider asks for it at once.
        authTokenUpdateStrategy: "ROTATE",
        snapshotRetentionLimit: 7,
        snapshotWindow: "01:30-02:30",
        maintenanceWindow: "sun:04:30-sun:05:30",
        // The version above, for good: once AWS has moved it on, it is a downgrade, which replaces the cache.
        autoMinorVersionUpgrade: false,
        // A larger node or another version waits for the night; a token never waits.
        applyImmediately: false,
        notificationTopicArn: args.topicArn,
        logDeliveryConfigurations: [this.delivery("slow-log"), this.delivery("engine-log")],
      }),
      { parent: this },
    );
  }

  private delivery(logType: string) {
    const group = new cloudwatch.LogGroup(
      `${this.name}-${logType}`,
      { name: `/${this.args.identifier}/cache/${logType}`, retentionInDays: 30 },
      { parent: this },
    );
    return {
      logType,
      logFormat: "json",
      destinationType: "cloudwatch-logs",
      destination: group.name,
    };
  }
}
