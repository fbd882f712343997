import * as pulumi from "@pulumi/pulumi";
import * as cloudwatch from "@pulumi/aws/cloudwatch";
import * as ec2 from "@pulumi/aws/ec2";
import * as iam from "@pulumi/aws/iam";
import type { NetworkConfig } from "../../config";
import { dataZones, zoneAddresses } from "./address-plan";
import { trustPolicy } from "../iam-policy";
import { transformed, type Transform } from "../transform";

export interface NetworkArgs extends NetworkConfig {
  /** Region of the zones. */
  region: string;
  /** Name of the cluster that will run in the private subnets, for their discovery tags. */
  clusterName: string;
  transform?: { vpc?: Transform<ec2.VpcArgs>; subnet?: Transform<ec2.SubnetArgs> };
}

interface ZoneSubnets {
  zone: string;
  public: ec2.Subnet;
  private: ec2.Subnet;
  /** In the zones of the data only. */
  database?: ec2.Subnet;
}

/**
 * A VPC over three or more availability zones: public subnets for the load balancer, private ones
 * for nodes and pods, and in the first three zones database subnets without a route to the internet.
 *
 * Costs: a NAT gateway per zone (or a single one), and its traffic; the S3 endpoint is free.
 * A single NAT gateway is a single point of failure: when its zone is lost, so is all egress.
 */
export class Network extends pulumi.ComponentResource {
  readonly vpcId: pulumi.Output<string>;
  readonly publicSubnetIds: pulumi.Output<string>[];
  readonly privateSubnetIds: pulumi.Output<string>[];
  /** Zones of database and cache. */
  readonly dataZones: string[];
  /** One a zone, in the order of `dataZones`. */
  readonly databaseSubnetIds: pulumi.Output<string>[];
  /** By zone, all that are in it. */
  readonly subnetIdsByZone: Record<string, pulumi.Output<string>[]>;
  /** Addresses of the public subnets: where the load balancer speaks from. */
  readonly publicCidrs: string[];
  /** Addresses of the database subnets: where database and cache answer. */
  readonly databaseCidrs: string[];

  constructor(
    private readonly name: string,
    private readonly args: NetworkArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("mini-xdr:index:Network", name, args, opts);
    this.dataZones = dataZones(args.zones);
    const vpc = this.vpc();
    const subnets = args.zones.map((zone) => this.subnets(vpc, zone));
    const internet = this.publicRoutes(vpc, subnets);
    const privateTables = this.privateRoutes(vpc, subnets, internet);
    const isolated = this.databaseRoutes(vpc, subnets);
    this.s3Endpoint(vpc, [...privateTables, isolated]);
    this.flowLogs(vpc);

    const addresses = (zones: string[]) => zones.map((zone) => zoneAddresses(args.cidr, zone));
    this.vpcId = vpc.id;
    this.publicSubnetIds = subnets.map((s) => s.public.id);
    this.privateSubnetIds = subnets.map((s) => s.private.id);
    this.databaseSubnetIds = subnets.flatMap((s) => s.database?.id ?? []);
    this.subnetIdsByZone = Object.fromEntries(
      subnets.map((s) => [
        s.zone,
        [s.public.id, s.private.id, ...(s.database ? [s.database.id] : [])],
      ]),
    );
    this.publicCidrs = addresses(args.zones).map((a) => a.public);
    this.databaseCidrs = addresses(this.dataZones).map((a) => a.database);
    this.registerOutputs({
      vpcId: this.vpcId,
      publicSubnetIds: this.publicSubnetIds,
      privateSubnetIds: this.privateSubnetIds,
      databaseSubnetIds: this.databaseSubnetIds,
    });
  }

  private vpc(): ec2.Vpc {
    const vpc = new ec2.Vpc(
      `${this.name}-vpc`,
      transformed(this.args.transform?.vpc, {
        cidrBlock: this.args.cidr,
        enableDnsHostnames: true,
        enableDnsSupport: true,
        tags: { Name: this.args.clusterName },
      }),
      { parent: this },
    );
    // The default group stays without rules, so that nothing is reachable by forgetting a group.
    new ec2.DefaultSecurityGroup(`${this.name}-default-group`, { vpcId: vpc.id }, { parent: this });
    return vpc;
  }

  private subnets(vpc: ec2.Vpc, zone: string): ZoneSubnets {
    const addresses = zoneAddresses(this.args.cidr, zone);
    const subnet = (kind: keyof typeof addresses, tags: Record<string, string>) =>
      new ec2.Subnet(
        `${this.name}-${kind}-${zone}`,
        transformed(this.args.transform?.subnet, {
          vpcId: vpc.id,
          availabilityZone: zone,
          cidrBlock: addresses[kind],
          mapPublicIpOnLaunch: false,
          tags: { Name: `${this.args.clusterName}-${kind}-${zone}`, ...tags },
        }),
        { parent: this },
      );
    return {
      zone,
      public: subnet("public", { "kubernetes.io/role/elb": "1" }),
      private: subnet("private", { "kubernetes.io/role/internal-elb": "1" }),
      database: this.dataZones.includes(zone) ? subnet("database", {}) : undefined,
    };
  }

  private publicRoutes(vpc: ec2.Vpc, subnets: ZoneSubnets[]): ec2.InternetGateway {
    const gateway = new ec2.InternetGateway(
      `${this.name}-internet-gateway`,
      { vpcId: vpc.id },
      { parent: this },
    );
    const table = this.routeTable("public", vpc);
    this.defaultRoute("public", table, { gatewayId: gateway.id });
    for (const s of subnets) this.associate(`public-${s.zone}`, table, s.public);
    return gateway;
  }

  /** A private route table a zone, each through the NAT gateway of its own zone where there is one. */
  private privateRoutes(
    vpc: ec2.Vpc,
    subnets: ZoneSubnets[],
    internet: ec2.InternetGateway,
  ): ec2.RouteTable[] {
    const served = this.args.natGateways === "perZone" ? subnets : subnets.slice(0, 1);
    const gateways = served.map((s) => this.natGateway(s, internet));
    return subnets.map((s, index) => {
      const table = this.routeTable(`private-${s.zone}`, vpc);
      const natGateway = gateways[index] ?? gateways[0]!;
      this.defaultRoute(`private-${s.zone}`, table, { natGatewayId: natGateway.id });
      this.associate(`private-${s.zone}`, table, s.private);
      return table;
    });
  }

  private natGateway(subnets: ZoneSubnets, internet: ec2.InternetGateway): ec2.NatGateway {
    const address = new ec2.Eip(
      `${this.name}-nat-address-${subnets.zone}`,
      { domain: "vpc" },
      { parent: this, dependsOn: internet },
    );
    return new ec2.NatGateway(
      `${this.name}-nat-${subnets.zone}`,
      { subnetId: subnets.public.id, allocationId: address.allocationId },
      { parent: this, dependsOn: internet },
    );
  }

  private databaseRoutes(vpc: ec2.Vpc, subnets: ZoneSubnets[]): ec2.RouteTable {
    const table = this.routeTable("database", vpc);
    for (const { zone, database } of subnets)
      if (database) this.associate(`database-${zone}`, table, database);
    return table;
  }

  /** Backups reach S3 without the NAT gateways, so that they neither pay for them nor fail with them. */
  private s3Endpoint(vpc: ec2.Vpc, tables: ec2.RouteTable[]): void {
    new ec2.VpcEndpoint(
      `${this.name}-s3-endpoint`,
      {
        vpcId: vpc.id,
        serviceName: `com.amazonaws.${this.args.region}.s3`,
        vpcEndpointType: "Gateway",
        routeTableIds: tables.map((table) => table.id),
      },
      { parent: this },
    );
  }

  private flowLogs(vpc: ec2.Vpc): void {
    const group = new cloudwatch.LogGroup(
      `${this.name}-flow-logs`,
      { name: `/${this.args.clusterName}/vpc-flow-logs`, retentionInDays: 90 },
      { parent: this },
    );
    const role = new iam.Role(
      `${this.name}-flow-logs-role`,
      { assumeRolePolicy: trustPolicy("vpc-flow-logs.amazonaws.com") },
      { parent: this },
    );
    new iam.RolePolicy(
      `${this.name}-flow-logs-policy`,
      {
        role: role.name,
        policy: {
          Version: "2012-10-17",
          Statement: [
            {
              Effect: "Allow",
              Action: ["logs:CreateLogStream", "logs:PutLogEvents", "logs:DescribeLogStreams"],
              Resource: [group.arn, pulumi.interpolate`${group.arn}:*`],
            },
          ],
        },
      },
      { parent: this },
    );
    new ec2.FlowLog(
      `${this.name}-flow-log`,
      {
        vpcId: vpc.id,
        trafficType: "ALL",
        logDestination: group.arn,
        iamRoleArn: role.arn,
        maxAggregationInterval: 60,
      },
      { parent: this },
    );
  }

  private routeTable(kind: string, vpc: ec2.Vpc): ec2.RouteTable {
    return new ec2.RouteTable(
      `${this.name}-routes-${kind}`,
      { vpcId: vpc.id, tags: { Name: `${this.args.clusterName}-${kind}` } },
      { parent: this },
    );
  }

  private defaultRoute(kind: string, table: ec2.RouteTable, target: Partial<ec2.RouteArgs>): void {
    new ec2.Route(
      `${this.name}-default-route-${kind}`,
      { routeTableId: table.id, destinationCidrBlock: "0.0.0.0/0", ...target },
      { parent: this },
    );
  }

  private associate(kind: string, table: ec2.RouteTable, subnet: ec2.Subnet): void {
    new ec2.RouteTableAssociation(
      `${this.name}-association-${kind}`,
      { routeTableId: table.id, subnetId: subnet.id },
      { parent: this },
    );
  }
}
