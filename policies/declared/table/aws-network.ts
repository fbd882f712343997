import { chartNames, imageNames } from "../../../upstream/upstream";
import { identityNames } from "../backup-identities";
import { between, equals, matches } from "../../model/expectation";
import {
  document,
  each,
  fixed,
  free,
  identity,
  judged,
  judgedAndLeadsTo,
  judgedWithin,
  leadsTo,
  only,
  wording,
  type Fields,
} from "../declaration";
import { name, privateRange } from "./objects";
import { logGroup, network, region, role, securityGroup, subnet, tags } from "./references";

const routeTable = "aws:ec2/routeTable:RouteTable";

const securityRule: Fields = {
  description: free(wording),
  fromPort: judged("traffic"),
  toPort: judged("traffic"),
  ipProtocol: fixed("tcp"),
  referencedSecurityGroupId: judgedAndLeadsTo([securityGroup, "eks:index:Cluster"], "traffic"),
  // Whose it is, is judged by what determines it.
  securityGroupId: leadsTo(securityGroup, "eks:index:Cluster"),
};

export const networks: Record<string, Fields> = {
  "aws:ec2/vpc:Vpc": {
    cidrBlock: only(privateRange, "pods draw their addresses from it"),
    enableDnsHostnames: judged("vpc-dns"),
    enableDnsSupport: judged("vpc-dns"),
    ...tags,
  },
  "aws:ec2/subnet:Subnet": {
    availabilityZone: judged("nat-per-zone", "cluster-zones"),
    cidrBlock: only(
      matches(/^10\.\d+\.\d+\.\d+\/(19|2[0-4])$/, "a range from /19 to /24"),
      "a smaller one runs out of addresses for pods",
    ),
    mapPublicIpOnLaunch: judged("private-subnets"),
    vpcId: network,
    ...tags,
  },
  "aws:ec2/internetGateway:InternetGateway": { vpcId: network, ...tags },
  "aws:ec2/eip:Eip": { domain: fixed("vpc"), ...tags },
  "aws:ec2/natGateway:NatGateway": {
    allocationId: leadsTo("aws:ec2/eip:Eip"),
    subnetId: judgedAndLeadsTo([subnet], "nat-per-zone"),
    ...tags,
  },
  "aws:ec2/routeTable:RouteTable": { vpcId: network, ...tags },
  "aws:ec2/routeTableAssociation:RouteTableAssociation": {
    routeTableId: judgedAndLeadsTo([routeTable], "private-egress"),
    subnetId: judgedAndLeadsTo([subnet], "private-egress"),
  },
  "aws:ec2/route:Route": {
    // A narrower one would take part of the traffic past the gateway that the rules look at.
    destinationCidrBlock: judgedWithin(
      equals("0.0.0.0/0"),
      "a narrower route takes its traffic elsewhere",
      "private-egress",
      "public-egress",
    ),
    gatewayId: judgedAndLeadsTo(["aws:ec2/internetGateway:InternetGateway"], "public-egress"),
    natGatewayId: judgedAndLeadsTo(["aws:ec2/natGateway:NatGateway"], "private-egress"),
    routeTableId: judgedAndLeadsTo([routeTable], "private-egress"),
  },
  "aws:ec2/vpcEndpoint:VpcEndpoint": {
    routeTableIds: judgedAndLeadsTo([routeTable], "endpoint-routes"),
    serviceName: only(
      matches(/^com\.amazonaws\.[a-z0-9-]+\.s3$/, "S3's, in the stack's Region"),
      "an endpoint takes a service's traffic over, and may not let it through",
    ),
    vpcEndpointType: fixed("Gateway"),
    vpcId: network,
    ...tags,
  },
  "aws:ec2/flowLog:FlowLog": {
    iamRoleArn: leadsTo(role),
    logDestination: leadsTo(logGroup),
    maxAggregationInterval: fixed(60, 600),
    trafficType: fixed("ALL"),
    vpcId: network,
  },
  "aws:ec2/securityGroup:SecurityGroup": { description: free(wording), vpcId: network, ...tags },
  // Rules of its own would open it to everything: none are declared.
  "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup": { vpcId: network, ...tags },
  "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": {
    ...securityRule,
    cidrIpv4: judgedWithin(
      matches(/^0\.0\.0\.0\/0$/, "everybody, for the load balancer alone"),
      "part of the internet is cut off",
      "traffic",
    ),
  },
  "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": securityRule,
};

/** The cluster, by the component that makes it and by what the engine sees in its place. */
export const clusters: Record<string, Fields> = {
  "eks:index:Cluster": {
    authenticationMode: judged("cluster-authentication"),
    autoMode: {
      computeConfig: { nodePools: judged("cluster-nodes") },
      createNodeRole: fixed(true),
      enabled: judged("cluster-nodes"),
    },
    corednsAddonOptions: {
      enabled: judged("cluster-addons"),
      // What the SDK fills in; of no add-on.
      resolveConflictsOnCreate: fixed("OVERWRITE"),
      resolveConflictsOnUpdate: fixed("OVERWRITE"),
    },
    createOidcProvider: fixed(false),
    deletionProtection: judged("cluster-deletion-protection"),
    enabledClusterLogTypes: judged("cluster-logs"),
    encryptionConfigKeyArn: judged("cluster-secrets-encryption"),
    endpointPrivateAccess: judged("cluster-endpoint"),
    endpointPublicAccess: judged("cluster-endpoint"),
    kubernetesServiceIpAddressRange: only(privateRange, "it must not be the network's own"),
    name,
    privateSubnetIds: judgedAndLeadsTo([subnet], "cluster-zones", "node-subnets"),
    publicAccessCidrs: judgedWithin(
      matches(/^\d+\.\d+\.\d+\.\d+\/(1[6-9]|2\d|3[0-2])$/, "ranges of /16 or smaller"),
      "two halves of the internet are all of it",
      "cluster-endpoint",
    ),
    upgradePolicy: { supportType: judged("cluster-version") },
    version: judged("cluster-version"),
    vpcId: network,
  },
  // Made by the plugin of the component from the properties above.
  "aws:eks/cluster:Cluster": {
    accessConfig: {
      authenticationMode: judged("cluster-authentication"),
      bootstrapClusterCreatorAdminPermissions: judged("cluster-creator"),
    },
    bootstrapSelfManagedAddons: fixed(false),
    computeConfig: {
      enabled: judged("cluster-nodes"),
      nodePools: judged("cluster-nodes"),
      nodeRoleArn: free("the plugin makes the role"),
    },
    deletionProtection: judged("cluster-deletion-protection"),
    enabledClusterLogTypes: judged("cluster-logs"),
    encryptionConfig: {
      provider: { keyArn: judged("cluster-secrets-encryption") },
      resources: judged("cluster-secrets-encryption"),
    },
    kubernetesNetworkConfig: {
      elasticLoadBalancing: { enabled: free("the plugin sets it with Auto Mode") },
      ipFamily: free("the plugin sets it"),
      serviceIpv4Cidr: free("judged with the component"),
    },
    name,
    roleArn: free("the plugin makes the role"),
    storageConfig: { blockStorage: { enabled: free("the plugin sets it with Auto Mode") } },
    upgradePolicy: { supportType: judged("cluster-version") },
    version: judged("cluster-version"),
    vpcConfig: {
      endpointPrivateAccess: judged("cluster-endpoint"),
      endpointPublicAccess: judged("cluster-endpoint"),
      publicAccessCidrs: judged("cluster-endpoint"),
      securityGroupIds: free("the plugin makes the group"),
      subnetIds: judged("cluster-zones", "node-subnets"),
    },
    zonalShiftConfig: { enabled: fixed(true) },
    tags: each(free(wording)),
  },
  "aws:eks/accessEntry:AccessEntry": {
    clusterName: leadsTo("eks:index:Cluster"),
    principalArn: judged("cluster-access"),
    userName: fixed("chaos"),
  },
  "aws:eks/accessPolicyAssociation:AccessPolicyAssociation": {
    accessScope: { type: fixed("cluster") },
    clusterName: leadsTo("eks:index:Cluster"),
    policyArn: only(
      matches(/AmazonEKSClusterAdminPolicy$/, "the administrator's"),
      "nobody could repair the cluster",
    ),
    principalArn: judged("cluster-access"),
  },
  "aws:eks/addon:Addon": {
    addonName: fixed("amazon-cloudwatch-observability"),
    addonVersion: only(
      matches(/^v\d+\.\d+\.\d+-eksbuild\.\d+$/, "one version of EKS's"),
      "without one it is the newest at each creation",
    ),
    clusterName: leadsTo("eks:index:Cluster"),
    configurationValues: judged("container-logs"),
    resolveConflictsOnCreate: fixed("OVERWRITE"),
    resolveConflictsOnUpdate: fixed("OVERWRITE"),
  },
  "aws:eks/podIdentityAssociation:PodIdentityAssociation": {
    clusterName: leadsTo("eks:index:Cluster"),
    namespace: fixed("amazon-cloudwatch", "database", "monitoring"),
    roleArn: leadsTo(role),
    serviceAccount: fixed(
      "cloudwatch-agent",
      "edge-metrics",
      ...identityNames.map((identity) => `database-backup-${identity}`),
    ),
  },
};

export const rights: Record<string, Fields> = {
  "aws:iam/role:Role": { assumeRolePolicy: document("rights"), name, ...tags },
  "aws:iam/rolePolicy:RolePolicy": {
    policy: document("rights"),
    role: leadsTo(role, "eks:index:Cluster"),
  },
  "aws:iam/rolePolicyAttachment:RolePolicyAttachment": {
    policyArn: only(
      matches(
        /^arn:aws:iam::aws:policy\/service-role\/AmazonRDSEnhancedMonitoringRole$/,
        "AWS's own for enhanced monitoring",
      ),
      "a policy of others may change without a preview",
    ),
    role: leadsTo(role),
  },
  "aws:ecr/repository:Repository": {
    encryptionConfigurations: each({ encryptionType: fixed("KMS") }),
    imageScanningConfiguration: { scanOnPush: fixed(true) },
    imageTagMutability: fixed("IMMUTABLE"),
    name: only(
      matches(
        new RegExp(
          `^mini-xdr/(backend|backup|frontend|pooler|${imageNames.join("|")}|charts/(${chartNames.join("|")}))$`,
        ),
        "one of our images, or what upstream/pins.json has of others",
      ),
      "images are looked for there",
    ),
    region,
  },
  "aws:ecr/lifecyclePolicy:LifecyclePolicy": {
    policy: document("registry-lifecycle"),
    region,
    repository: leadsTo("aws:ecr/repository:Repository"),
  },
  "aws:ecr/replicationConfiguration:ReplicationConfiguration": {
    replicationConfiguration: {
      rules: each({
        destinations: each({
          region: only(matches(/^[a-z]{2}-[a-z]+-\d$/, "a Region"), "AWS knows no other"),
          registryId: free(identity),
        }),
        repositoryFilters: each({
          filter: only(matches(/^mini-xdr\/$/, "every repository of ours"), "some are left out"),
          filterType: fixed("PREFIX_MATCH"),
        }),
      }),
    },
  },
  "aws:cloudwatch/logGroup:LogGroup": {
    kmsKeyId: leadsTo("aws:kms/key:Key"),
    name,
    retentionInDays: only(between(7, 3653), "an incident is read from logs of days ago"),
  },
};
