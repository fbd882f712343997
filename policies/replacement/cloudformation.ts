import schemas from "./cloudformation.json";
import type { Effect, TypeEffects } from "./effects";

/** A type of CloudFormation's, and what it calls properties that have another name here. */
interface Counterpart {
  type: keyof typeof schemas.types;
  names?: Record<string, string>;
}

/** By our types. Names that differ in nothing but their case are not here. */
export const counterparts: Record<string, Counterpart> = {
  "aws:rds/cluster:Cluster": {
    type: "AWS::RDS::DBCluster",
    names: {
      clusterIdentifier: "DBClusterIdentifier",
      enabledCloudwatchLogsExports: "EnableCloudwatchLogsExports",
      masterPassword: "MasterUserPassword",
    },
  },
  "aws:rds/instance:Instance": {
    type: "AWS::RDS::DBInstance",
    names: {
      backupWindow: "PreferredBackupWindow",
      caCertIdentifier: "CACertificateIdentifier",
      enabledCloudwatchLogsExports: "EnableCloudwatchLogsExports",
      identifier: "DBInstanceIdentifier",
      instanceClass: "DBInstanceClass",
      maintenanceWindow: "PreferredMaintenanceWindow",
      parameterGroupName: "DBParameterGroupName",
      password: "MasterUserPassword",
      performanceInsightsEnabled: "EnablePerformanceInsights",
      replicateSourceDb: "SourceDBInstanceIdentifier",
      username: "MasterUsername",
      vpcSecurityGroupIds: "VPCSecurityGroups",
    },
  },
  "aws:rds/subnetGroup:SubnetGroup": {
    type: "AWS::RDS::DBSubnetGroup",
    names: { description: "DBSubnetGroupDescription", name: "DBSubnetGroupName" },
  },
  "aws:elasticache/replicationGroup:ReplicationGroup": {
    type: "AWS::ElastiCache::ReplicationGroup",
    names: {
      description: "ReplicationGroupDescription",
      maintenanceWindow: "PreferredMaintenanceWindow",
      nodeType: "CacheNodeType",
      parameterGroupName: "CacheParameterGroupName",
      subnetGroupName: "CacheSubnetGroupName",
    },
  },
  "aws:elasticache/subnetGroup:SubnetGroup": {
    type: "AWS::ElastiCache::SubnetGroup",
    names: { name: "CacheSubnetGroupName" },
  },
  "aws:s3/bucket:Bucket": { type: "AWS::S3::Bucket", names: { bucket: "BucketName" } },
  "aws:kms/key:Key": {
    type: "AWS::KMS::Key",
    names: {
      customerMasterKeySpec: "KeySpec",
      deletionWindowInDays: "PendingWindowInDays",
      isEnabled: "Enabled",
      policy: "KeyPolicy",
    },
  },
  "aws:secretsmanager/secret:Secret": {
    type: "AWS::SecretsManager::Secret",
    names: { replicas: "ReplicaRegions" },
  },
  "aws:ecr/repository:Repository": {
    type: "AWS::ECR::Repository",
    names: { encryptionConfigurations: "EncryptionConfiguration", name: "RepositoryName" },
  },
  "aws:cloudwatch/logGroup:LogGroup": {
    type: "AWS::Logs::LogGroup",
    names: { name: "LogGroupName" },
  },
  "aws:ec2/vpc:Vpc": { type: "AWS::EC2::VPC" },
  "aws:ec2/subnet:Subnet": { type: "AWS::EC2::Subnet" },
  "aws:ec2/eip:Eip": { type: "AWS::EC2::EIP" },
  "aws:ec2/natGateway:NatGateway": { type: "AWS::EC2::NatGateway" },
  "aws:ec2/routeTableAssociation:RouteTableAssociation": {
    type: "AWS::EC2::SubnetRouteTableAssociation",
  },
  "aws:lb/loadBalancer:LoadBalancer": {
    type: "AWS::ElasticLoadBalancingV2::LoadBalancer",
    names: { internal: "Scheme", loadBalancerType: "Type" },
  },
  "aws:lb/targetGroup:TargetGroup": { type: "AWS::ElasticLoadBalancingV2::TargetGroup" },
  "aws:route53/record:Record": {
    type: "AWS::Route53::RecordSet",
    names: { aliases: "AliasTarget", records: "ResourceRecords", zoneId: "HostedZoneId" },
  },
  "aws:acm/certificate:Certificate": { type: "AWS::CertificateManager::Certificate" },
  "aws:eks/cluster:Cluster": {
    type: "AWS::EKS::Cluster",
    names: { enabledClusterLogTypes: "Logging", vpcConfig: "ResourcesVpcConfig" },
  },
};

/** Types of the table that CloudFormation has not as a type: they are properties of another there. */
export const withoutCounterpart = [
  "aws:rds/instanceAutomatedBackupsReplication:InstanceAutomatedBackupsReplication",
  "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration",
];

/** Where the schemas were read. */
export const readSchemas = schemas.source;

/** What the two say of a property, where they differ. */
export interface Disagreement {
  type: string;
  property: string;
  ours: Effect;
  theirs: Effect;
}

/**
 * Where CloudFormation does something else than the provider: by its schemas, in which what can only be given
 * at the creation is replaced. Properties that it does not have are none.
 */
export function disagreements(table: Record<string, TypeEffects>): Disagreement[] {
  return Object.keys(counterparts)
    .sort()
    .flatMap((type) =>
      effectsOf(table[type]!).flatMap(([property, ours]): Disagreement[] => {
        const theirs = theirsOf(type, property);
        return theirs && theirs !== ours ? [{ type, property, ours, theirs }] : [];
      }),
    );
}

function effectsOf({ replace, inPlace, may = {} }: TypeEffects): [string, Effect][] {
  const all: [string[], Effect][] = [
    [replace, "replace"],
    [Object.keys(may), "may"],
    [inPlace, "in place"],
  ];
  return all.flatMap(([names, effect]) =>
    names
      // A Region is the stack's own there; a record's is how it is routed.
      .filter((name) => name !== "region")
      .map((name): [string, Effect] => [name, effect]),
  );
}

/** What CloudFormation does when a property changes; undefined where it has none of that name. */
export function theirsOf(type: string, property: string): Effect | undefined {
  const { type: theirs, names = {} } = counterparts[type]!;
  const schema = schemas.types[theirs];
  const path = (names[property] ?? property).replaceAll(".", "/").toLowerCase();
  // What is inside of another is replaced with it.
  const holds = (list: string[]) =>
    list.some((name) => `${path}/`.startsWith(`${name.toLowerCase()}/`));
  if (holds(schema.replace)) return "replace";
  if (holds(schema.may)) return "may";
  return holds(schema.inPlace) ? "in place" : undefined;
}
