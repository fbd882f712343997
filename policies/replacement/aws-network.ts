import { aws, unread, type AwsEffects } from "./aws";

const network: Record<string, AwsEffects> = {
  "aws:ec2/vpc:Vpc": {
    holds: "every address of the network",
    source: "ec2/vpc_.go",
    replace: ["cidrBlock"],
    inPlace: ["enableDnsHostnames", "enableDnsSupport"],
  },
  "aws:ec2/subnet:Subnet": {
    holds: "the addresses in it",
    source: "ec2/vpc_subnet.go",
    replace: ["availabilityZone", "cidrBlock", "vpcId"],
    inPlace: ["mapPublicIpOnLaunch"],
  },
  "aws:ec2/eip:Eip": {
    holds: "a public address",
    source: "ec2/ec2_eip.go",
    replace: ["domain"],
    inPlace: [],
  },
  "aws:ec2/natGateway:NatGateway": {
    source: "ec2/vpc_nat_gateway.go",
    replace: ["allocationId", "subnetId"],
    inPlace: [],
  },
  "aws:ec2/routeTableAssociation:RouteTableAssociation": {
    source: "ec2/vpc_route_table_association.go",
    replace: ["subnetId"],
    inPlace: ["routeTableId"],
  },
  "aws:lb/loadBalancer:LoadBalancer": {
    holds: "the users' address",
    source: "elbv2/load_balancer.go",
    named: "name",
    deletedFirst: true,
    replace: ["internal", "loadBalancerType", "name"],
    inPlace: [
      "accessLogs",
      "dropInvalidHeaderFields",
      "enableCrossZoneLoadBalancing",
      "enableDeletionProtection",
      "enableZonalShift",
      "idleTimeout",
      "securityGroups",
      // Of an application load balancer; customizeDiffLoadBalancerNLB replaces a network one.
      "subnets",
    ],
  },
  "aws:lb/targetGroup:TargetGroup": {
    holds: "where the load balancer sends traffic",
    source: "elbv2/target_group.go",
    named: "name",
    deletedFirst: true,
    replace: ["name", "port", "protocol", "targetType", "vpcId"],
    inPlace: ["deregistrationDelay", "healthCheck", "loadBalancingAlgorithmType"],
  },
  "aws:route53/record:Record": {
    holds: "a name that is looked up",
    source: "route53/record.go",
    named: "name",
    replace: ["name", "zoneId"],
    inPlace: ["aliases", "allowOverwrite", "records", "ttl", "type"],
  },
  "aws:acm/certificate:Certificate": {
    holds: "the users' certificate",
    source: "acm/certificate.go",
    replace: ["domainName"],
    inPlace: [],
    may: unread("validationMethod"),
  },
  "aws:eks/cluster:Cluster": {
    holds: "the cluster's address and all that runs on it",
    source: "eks/cluster.go",
    named: "name",
    deletedFirst: true,
    replace: [
      "accessConfig.bootstrapClusterCreatorAdminPermissions",
      "bootstrapSelfManagedAddons",
      "kubernetesNetworkConfig.ipFamily",
      "kubernetesNetworkConfig.serviceIpv4Cidr",
      "name",
      "roleArn",
    ],
    inPlace: [
      "accessConfig.authenticationMode",
      "computeConfig.enabled",
      "computeConfig.nodePools",
      "enabledClusterLogTypes",
      "encryptionConfig.provider",
      "encryptionConfig.resources",
      "kubernetesNetworkConfig.elasticLoadBalancing",
      "storageConfig",
      "upgradePolicy",
      "version",
      "vpcConfig",
      "zonalShiftConfig",
    ],
    may: {
      "computeConfig.nodeRoleArn": {
        says: "another role takes a role's place",
        holds: (before) => before !== undefined,
      },
      encryptionConfig: {
        says: "it is taken away: what is encrypted once stays so",
        holds: (_, after) => after === undefined,
      },
      // The provider learned of it after the revision that was read.
      ...unread("deletionProtection"),
    },
  },
};

export const awsNetwork = aws(network);
