import type {
  MockCallArgs,
  MockCallResult,
  MockResourceArgs,
  MockResourceResult,
} from "@pulumi/pulumi/runtime/mocks";

/**
 * What a provider would answer after creation: deterministic stand-ins, one row a type.
 * They look like the real thing, because charts and policies read them; nothing exists behind them.
 */

/** AWS's own example account: no real one has this number. */
export const accountId = "123456789012";

interface Planned {
  name: string;
  inputs: Record<string, never>;
  /** Region of the resource: its own, or else the stack's. */
  region: string;
}

type StandIn = (resource: Planned) => Record<string, unknown>;

/** Types whose only output beside the inputs is an id. */
const nothing: StandIn = () => ({});

const arn = (service: string, region: string, resource: string) =>
  `arn:aws:${service}:${region}:${accountId}:${resource}`;

/** The number in an AWS id, drawn from the resource's name so that it never changes. */
function hex(name: string, digits = 17): string {
  let state = 0x811c9dc5;
  let text = "";
  while (text.length < digits) {
    for (const character of name + text)
      state = Math.imul(state ^ character.charCodeAt(0), 0x01000193);
    text += (state >>> 0).toString(16).padStart(8, "0");
  }
  return text.slice(0, digits);
}

const uuid = (name: string) =>
  hex(name, 32).replace(/(.{8})(.{4})(.{4})(.{4})(.{12})/, "$1-$2-$3-$4-$5");

const endpoint = (identifier: string, kind: string, region: string) =>
  `${identifier}.${kind}-${hex(identifier, 12)}.${region}.rds.amazonaws.com`;

const rows: Record<string, StandIn> = {
  "aws:acm/certificate:Certificate": ({ name, inputs, region }) => ({
    arn: arn("acm", region, `certificate/${uuid(name)}`),
    domainValidationOptions: [
      {
        domainName: inputs.domainName,
        resourceRecordName: `_${hex(name, 32)}.${String(inputs.domainName)}.`,
        resourceRecordType: "CNAME",
        resourceRecordValue: `_${hex(name + "value", 32)}.acm-validations.aws.`,
      },
    ],
  }),
  "aws:acm/certificateValidation:CertificateValidation": nothing,
  "aws:cloudwatch/eventRule:EventRule": ({ inputs, region }) => ({
    arn: arn("events", region, `rule/${String(inputs.name)}`),
  }),
  "aws:cloudwatch/eventTarget:EventTarget": nothing,
  "aws:cloudwatch/logGroup:LogGroup": ({ inputs, region }) => ({
    arn: arn("logs", region, `log-group:${String(inputs.name)}`),
  }),
  "aws:cloudwatch/metricAlarm:MetricAlarm": ({ inputs, region }) => ({
    arn: arn("cloudwatch", region, `alarm:${String(inputs.name)}`),
  }),
  "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup": nothing,
  "aws:ec2/eip:Eip": ({ name }) => ({ allocationId: `eipalloc-${hex(name)}` }),
  "aws:ec2/flowLog:FlowLog": nothing,
  "aws:ec2/internetGateway:InternetGateway": nothing,
  "aws:ec2/natGateway:NatGateway": nothing,
  "aws:ec2/route:Route": nothing,
  "aws:ec2/routeTable:RouteTable": nothing,
  "aws:ec2/routeTableAssociation:RouteTableAssociation": nothing,
  "aws:ec2/securityGroup:SecurityGroup": nothing,
  "aws:ec2/subnet:Subnet": nothing,
  "aws:ec2/vpc:Vpc": nothing,
  "aws:ec2/vpcEndpoint:VpcEndpoint": nothing,
  "aws:ecr/lifecyclePolicy:LifecyclePolicy": nothing,
  "aws:ecr/replicationConfiguration:ReplicationConfiguration": nothing,
  "aws:ecr/repository:Repository": ({ inputs, region }) => ({
    arn: arn("ecr", region, `repository/${String(inputs.name)}`),
    repositoryUrl: `${accountId}.dkr.ecr.${region}.amazonaws.com/${String(inputs.name)}`,
  }),
  "aws:eks/accessEntry:AccessEntry": nothing,
  "aws:eks/accessPolicyAssociation:AccessPolicyAssociation": () => ({
    associatedAt: "2026-01-01T00:00:00Z",
  }),
  "aws:eks/addon:Addon": nothing,
  "aws:eks/podIdentityAssociation:PodIdentityAssociation": nothing,
  "aws:elasticache/parameterGroup:ParameterGroup": nothing,
  "aws:elasticache/replicationGroup:ReplicationGroup": ({ inputs, region }) => ({
    arn: arn("elasticache", region, `replicationgroup:${String(inputs.replicationGroupId)}`),
    primaryEndpointAddress: `master.${String(inputs.replicationGroupId)}.${hex(String(inputs.replicationGroupId), 6)}.cache.amazonaws.com`,
  }),
  "aws:elasticache/subnetGroup:SubnetGroup": nothing,
  "aws:fis/experimentTemplate:ExperimentTemplate": nothing,
  "aws:iam/role:Role": ({ name }) => {
    const roleName = `${name}-${hex(name, 7)}`;
    return { name: roleName, arn: `arn:aws:iam::${accountId}:role/${roleName}` };
  },
  "aws:iam/rolePolicy:RolePolicy": nothing,
  "aws:iam/rolePolicyAttachment:RolePolicyAttachment": nothing,
  "aws:kms/alias:Alias": nothing,
  "aws:kms/key:Key": ({ name, inputs, region }) => {
    const keyId = inputs.multiRegion ? `mrk-${hex(name, 32)}` : uuid(name);
    return { keyId, arn: arn("kms", region, `key/${keyId}`) };
  },
  // A replica has its primary's id.
  "aws:kms/replicaKey:ReplicaKey": ({ inputs, region }) => {
    const keyId = String(inputs.primaryKeyArn).split("key/")[1];
    return { keyId, arn: arn("kms", region, `key/${keyId}`) };
  },
  "aws:lb/listener:Listener": ({ name, region }) => ({
    arn: arn("elasticloadbalancing", region, `listener/app/${name}/${hex(name, 16)}`),
  }),
  "aws:lb/listenerRule:ListenerRule": nothing,
  "aws:lb/loadBalancer:LoadBalancer": ({ name, inputs, region }) => {
    const suffix = `app/${String(inputs.name)}/${hex(name, 16)}`;
    return {
      arn: arn("elasticloadbalancing", region, `loadbalancer/${suffix}`),
      arnSuffix: suffix,
      dnsName: `${String(inputs.name)}-${hex(name, 10)}.${region}.elb.amazonaws.com`,
      zoneId: `Z${hex(name, 13).toUpperCase()}`,
    };
  },
  "aws:lb/targetGroup:TargetGroup": ({ name, inputs, region }) => {
    const suffix = `targetgroup/${String(inputs.name)}/${hex(name, 16)}`;
    return { arn: arn("elasticloadbalancing", region, suffix), arnSuffix: suffix };
  },
  "aws:rds/cluster:Cluster": ({ inputs, region }) => {
    const identifier = String(inputs.clusterIdentifier);
    return {
      arn: arn("rds", region, `cluster:${identifier}`),
      endpoint: endpoint(identifier, "cluster", region),
      readerEndpoint: endpoint(identifier, "cluster-ro", region),
    };
  },
  "aws:rds/clusterParameterGroup:ClusterParameterGroup": ({ name, inputs }) => ({
    name: `${String(inputs.namePrefix)}${hex(name, 8)}`,
  }),
  "aws:rds/eventSubscription:EventSubscription": nothing,
  "aws:rds/instance:Instance": ({ inputs, region }) => ({
    arn: arn("rds", region, `db:${String(inputs.identifier)}`),
    address: `${String(inputs.identifier)}.${hex(String(inputs.identifier), 12)}.${region}.rds.amazonaws.com`,
  }),
  "aws:rds/instanceAutomatedBackupsReplication:InstanceAutomatedBackupsReplication": nothing,
  "aws:rds/parameterGroup:ParameterGroup": ({ name, inputs }) => ({
    name: `${String(inputs.namePrefix)}${hex(name, 8)}`,
  }),
  "aws:rds/subnetGroup:SubnetGroup": nothing,
  "aws:route53/healthCheck:HealthCheck": nothing,
  "aws:route53/record:Record": ({ inputs }) => ({ fqdn: inputs.name }),
  "aws:s3/bucket:Bucket": ({ inputs }) => ({ arn: `arn:aws:s3:::${String(inputs.bucket)}` }),
  "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": nothing,
  "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration": nothing,
  "aws:s3/bucketOwnershipControls:BucketOwnershipControls": nothing,
  "aws:s3/bucketPolicy:BucketPolicy": nothing,
  "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": nothing,
  "aws:s3/bucketReplicationConfig:BucketReplicationConfig": nothing,
  "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": nothing,
  "aws:s3/bucketVersioning:BucketVersioning": nothing,
  "aws:secretsmanager/secret:Secret": ({ name, inputs, region }) => ({
    arn: arn("secretsmanager", region, `secret:${String(inputs.name)}-${hex(name, 6)}`),
  }),
  "aws:secretsmanager/secretVersion:SecretVersion": nothing,
  "aws:sns/topic:Topic": ({ inputs, region }) => ({
    arn: arn("sns", region, String(inputs.name)),
  }),
  "aws:sns/topicPolicy:TopicPolicy": nothing,
  "aws:sns/topicSubscription:TopicSubscription": nothing,
  "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": nothing,
  "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": nothing,
  "eks:index:Cluster": ({ name, inputs, region }) => ({
    eksCluster: {
      name: inputs.name,
      arn: arn("eks", region, `cluster/${String(inputs.name)}`),
      createdAt: "2026-01-01T00:00:00Z",
      roleArn: `arn:aws:iam::${accountId}:role/${name}-eksRole-role-${hex(name, 7)}`,
    },
    autoModeNodeRoleName: `${name}-nodeRole-role-${hex(name, 7)}`,
    clusterSecurityGroupId: `sg-${hex(name)}`,
    kubeconfigJson: JSON.stringify({ apiVersion: "v1", kind: "Config", clusters: [] }),
  }),
  "kubernetes:core/v1:ConfigMap": nothing,
  "kubernetes:core/v1:Namespace": nothing,
  "kubernetes:core/v1:Secret": nothing,
  "kubernetes:core/v1:ServiceAccount": nothing,
  "kubernetes:eks.amazonaws.com/v1:NodeClass": nothing,
  "kubernetes:helm.sh/v3:Release": nothing,
  "kubernetes:karpenter.sh/v1:NodePool": nothing,
  "kubernetes:rbac.authorization.k8s.io/v1:Role": nothing,
  "kubernetes:rbac.authorization.k8s.io/v1:RoleBinding": nothing,
  "kubernetes:scheduling.k8s.io/v1:PriorityClass": nothing,
  "kubernetes:storage.k8s.io/v1:StorageClass": nothing,
  "pulumi:providers:aws": nothing,
  "pulumi:providers:kubernetes": nothing,
  "random:index/randomId:RandomId": ({ name, inputs }) => ({
    hex: hex(name, 2 * Number(inputs.byteLength)),
  }),
  "random:index/randomPassword:RandomPassword": ({ name, inputs }) => ({
    result: hex(name, Number(inputs.length)),
  }),
  "tls:index/privateKey:PrivateKey": ({ name }) => ({
    privateKeyPem: `stand-in for the private key ${name}`,
  }),
  "tls:index/selfSignedCert:SelfSignedCert": ({ name }) => ({
    certPem: `stand-in for the certificate ${name}`,
    validityEndTime: "2027-01-01T00:00:00Z",
  }),
};

/** Ids with a shape that other services check; every other id is the resource's name. */
const idPrefixes: Record<string, string> = {
  "aws:ec2/internetGateway:InternetGateway": "igw",
  "aws:ec2/natGateway:NatGateway": "nat",
  "aws:ec2/routeTable:RouteTable": "rtb",
  "aws:ec2/securityGroup:SecurityGroup": "sg",
  "aws:ec2/subnet:Subnet": "subnet",
  "aws:ec2/vpc:Vpc": "vpc",
};

/** A resource's outputs as the provider would give them. Throws when the type has no row above. */
export function standIn(
  resource: MockResourceArgs,
  config: Record<string, string>,
): MockResourceResult {
  const { type, name, inputs } = resource;
  if (resource.custom === false && type !== "eks:index:Cluster")
    return { id: undefined, state: inputs };
  const row = rows[type];
  if (!row) throw new Error(`${type} ("${name}") has no stand-in; add a row to plan/stand-ins.ts`);
  const region = inputs.region ?? config["aws:region"];
  const prefix = idPrefixes[type];
  return {
    id: prefix ? `${prefix}-${hex(name)}` : name,
    state: { ...inputs, ...row({ name, inputs, region }) },
  };
}

/** A data source's answer. Throws when it has none here. */
export function callStandIn({ token, inputs }: MockCallArgs): MockCallResult {
  if (token === "aws:index/getCallerIdentity:getCallerIdentity")
    return { ...inputs, accountId, arn: `arn:aws:iam::${accountId}:root` };
  throw new Error(`${token} has no stand-in; add one to plan/stand-ins.ts`);
}
