import { releaseType } from "../../model/kubernetes";
import type { RuleDefinition } from "../../model/rule";

/** What @pulumi/eks ignores by itself: both count only when the cluster is created. */
const creationOnly = [
  "accessConfig.bootstrapClusterCreatorAdminPermissions",
  "bootstrapSelfManagedAddons",
];

export default {
  name: "changes-applied",
  severity: "high",
  from: "starter",
  demands: "No change is ignored on what availability rests on (the option ignoreChanges).",
  reason: "What the program says would then no longer be what runs, and no rule would see it.",
  needs: "resource",
  types: [
    "aws:rds/cluster:Cluster",
    "aws:rds/instance:Instance",
    "aws:rds/parameterGroup:ParameterGroup",
    "aws:rds/clusterParameterGroup:ClusterParameterGroup",
    "aws:elasticache/replicationGroup:ReplicationGroup",
    "eks:index:Cluster",
    "aws:eks/cluster:Cluster",
    "aws:lb/loadBalancer:LoadBalancer",
    "aws:lb/targetGroup:TargetGroup",
    "aws:s3/bucket:Bucket",
    "aws:s3/bucketVersioning:BucketVersioning",
    "aws:s3/bucketReplicationConfig:BucketReplicationConfig",
    "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
    "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration",
    "aws:s3/bucketPolicy:BucketPolicy",
    "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
    "aws:cloudwatch/metricAlarm:MetricAlarm",
    "aws:rds/subnetGroup:SubnetGroup",
    "aws:rds/eventSubscription:EventSubscription",
    "aws:rds/instanceAutomatedBackupsReplication:InstanceAutomatedBackupsReplication",
    "aws:elasticache/subnetGroup:SubnetGroup",
    "aws:secretsmanager/secret:Secret",
    "aws:ec2/vpc:Vpc",
    "aws:ec2/subnet:Subnet",
    "aws:ec2/natGateway:NatGateway",
    "aws:lb/listener:Listener",
    "aws:acm/certificate:Certificate",
    "aws:acm/certificateValidation:CertificateValidation",
    "aws:route53/record:Record",
    "aws:route53/healthCheck:HealthCheck",
    "kubernetes:storage.k8s.io/v1:StorageClass",
    "aws:kms/key:Key",
    "aws:ec2/route:Route",
    "kubernetes:karpenter.sh/v1:NodePool",
    "aws:fis/experimentTemplate:ExperimentTemplate",
    releaseType,
  ],
  judge: ({ type, ignoreChanges }) => {
    const allowed = type === "aws:eks/cluster:Cluster" ? creationOnly : [];
    const ignored = ignoreChanges.filter((path) => !allowed.includes(path));
    return ignored.length === 0 ? [] : [`ignoreChanges is ${ignored.join(", ")}; it must be empty`];
  },
} satisfies RuleDefinition;
