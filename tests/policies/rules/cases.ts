import { noOptions, unknown, type Resource } from "../../../policies/model/resource";
import { setting } from "../support";

/** How one rule is broken: in which resource of which plan, at which path, by which value. */
export interface Case {
  stack: "prod" | "staging";
  /** Type and end of the name of the resource that is changed. */
  resource: [type: string, name: string];
  path: string;
  /** A value that breaks the rule, as absence and an unknown value do. */
  bad: unknown;
  /** Set where the first preview does not know it either, so that unknown must pass. */
  open?: true;
}

const cluster: Case["resource"] = ["aws:rds/cluster:Cluster", ""];
const instance: Case["resource"] = ["aws:rds/instance:Instance", "database-instance"];
const eks: Case["resource"] = ["eks:index:Cluster", ""];
const cache: Case["resource"] = ["aws:elasticache/replicationGroup:ReplicationGroup", ""];
const balancer: Case["resource"] = ["aws:lb/loadBalancer:LoadBalancer", ""];
const targets: Case["resource"] = ["aws:lb/targetGroup:TargetGroup", ""];
const key: Case["resource"] = ["aws:kms/key:Key", "keys-backups"];
const secret: Case["resource"] = ["aws:secretsmanager/secret:Secret", "credentials-cache"];
const backend: Case["resource"] = ["kubernetes:apps/v1:Deployment", "mini-xdr-backend"];
const release: Case["resource"] = ["kubernetes:helm.sh/v3:Release", "application-release"];
const prometheus: Case["resource"] = ["kubernetes:monitoring.coreos.com/v1:Prometheus", ""];
const pod = "spec/template/spec/";
const ini: Case["resource"] = ["kubernetes:core/v1:ConfigMap", "database/pgbouncer"];
const s3 = (kind: string): Case["resource"] => [
  `aws:s3/${kind[0]!.toLowerCase()}${kind.slice(1)}:${kind}`,
  kind === "BucketReplicationConfig" ? "" : kind === "Bucket" ? "primary-bucket" : "",
];
const on = (
  resource: Case["resource"],
  path: string,
  bad: unknown,
  more: Partial<Case> = {},
): Case => ({
  stack: resource === instance ? "staging" : "prod",
  resource,
  path,
  bad,
  ...more,
});

/** One case per rule; a test compares the names with the pack's. */
export const cases: Record<string, Case> = {
  "chaos-stops": on(
    ["aws:fis/experimentTemplate:ExperimentTemplate", "backend-pod"],
    "experimentOptions/emptyTargetResolutionMode",
    "skip",
  ),
  "database-audit": on(["aws:rds/clusterParameterGroup:ClusterParameterGroup", ""], "parameters", [
    { name: "log_statement", value: "none" },
  ]),
  "database-automated-backups-kept": on(instance, "deleteAutomatedBackups", true),
  "database-backup-copy": on(
    ["aws:rds/instanceAutomatedBackupsReplication:InstanceAutomatedBackupsReplication", ""],
    "retentionPeriod",
    1,
    { stack: "staging" },
  ),
  "database-backup-retention": on(cluster, "backupRetentionPeriod", 0),
  "database-certificate": on(cluster, "caCertificateIdentifier", "rds-ca-2019"),
  "database-deletion-protection": on(cluster, "deletionProtection", false),
  "database-encryption": on(cluster, "storageEncrypted", false),
  "database-events": on(["aws:rds/eventSubscription:EventSubscription", ""], "eventCategories", [
    "backup",
  ]),
  "database-final-snapshot": on(instance, "skipFinalSnapshot", true),
  "database-insights": on(cluster, "performanceInsightsEnabled", false),
  "database-logs": on(cluster, "enabledCloudwatchLogsExports", ["upgrade"]),
  "database-major-version": on(cluster, "engineVersion", "15.4"),
  "database-minor-upgrades": on(cluster, "autoMinorVersionUpgrade", false),
  "database-monitoring": on(cluster, "monitoringInterval", 0),
  "database-multi-az": on(instance, "multiAz", false),
  "database-private": on(instance, "publiclyAccessible", true),
  "database-read-replicas": on(
    ["aws:rds/instance:Instance", "database-replica-1"],
    "availabilityZone",
    "eu-central-1a",
    { stack: "staging" },
  ),
  "database-snapshot-tags": on(cluster, "copyTagsToSnapshot", false),
  "database-storage-grows": on(instance, "maxAllocatedStorage", 0),
  "database-storage": on(cluster, "storageType", "io1"),
  "database-subnets": on(["aws:rds/subnetGroup:SubnetGroup", ""], "subnetIds", ["subnet-0"]),
  "database-tls": on(
    ["aws:rds/clusterParameterGroup:ClusterParameterGroup", ""],
    "family",
    "postgres14",
  ),
  "failover-budget": on(ini, "data/pgbouncer.ini", "[databases]\n[pgbouncer]\ndns_max_ttl = 15"),
  "pool-size": on(["aws:rds/clusterParameterGroup:ClusterParameterGroup", ""], "parameters", [
    { name: "max_connections", value: "100" },
  ]),
  "pooler-clients": on(ini, "data/pgbouncer.ini", "[pgbouncer]\nmax_client_conn = 100"),
  "pooler-tls": on(ini, "data/pgbouncer.ini", "[pgbouncer]\nserver_tls_sslmode = prefer"),
  "cluster-addons": on(eks, "corednsAddonOptions/enabled", true),
  "cluster-creator": on(
    ["aws:eks/cluster:Cluster", ""],
    "accessConfig/bootstrapClusterCreatorAdminPermissions",
    true,
  ),
  priorities: on(
    ["kubernetes:apps/v1:Deployment", "database/pgbouncer"],
    `${pod}priorityClassName`,
    "serving",
  ),
  "cluster-authentication": on(eks, "authenticationMode", "CONFIG_MAP"),
  "cluster-deletion-protection": on(eks, "deletionProtection", false),
  "cluster-endpoint": on(eks, "endpointPrivateAccess", false),
  "cluster-logs": on(eks, "enabledClusterLogTypes", ["api"]),
  "cluster-nodes": on(eks, "autoMode/enabled", false),
  "cluster-secrets-encryption": on(eks, "encryptionConfigKeyArn", "", { open: true }),
  "cluster-version": on(eks, "version", "latest"),
  "container-logs": on(["aws:eks/addon:Addon", ""], "configurationValues", "{}"),
  "cluster-zones": on(eks, "privateSubnetIds", ["subnet-0"]),
  "node-pool": on(["kubernetes:karpenter.sh/v1:NodePool", ""], "spec/disruption/budgets", [
    { nodes: "100%" },
  ]),
  "storage-class": on(
    ["kubernetes:storage.k8s.io/v1:StorageClass", ""],
    "volumeBindingMode",
    "Immediate",
  ),
  "nat-per-zone": on(
    ["aws:ec2/subnet:Subnet", "private-eu-central-1a"],
    "availabilityZone",
    "eu-central-1b",
  ),
  "private-egress": on(
    ["aws:ec2/route:Route", "private-eu-central-1a"],
    "destinationCidrBlock",
    "10.0.0.0/8",
  ),
  "private-subnets": on(["aws:ec2/subnet:Subnet", ""], "mapPublicIpOnLaunch", true),
  "public-egress": on(
    ["aws:ec2/route:Route", "route-public"],
    "destinationCidrBlock",
    "10.0.0.0/8",
  ),
  "vpc-dns": on(["aws:ec2/vpc:Vpc", ""], "enableDnsSupport", false),
  "bucket-encryption": on(s3("BucketServerSideEncryptionConfiguration"), "rules", []),
  "bucket-kept": on(s3("Bucket"), "forceDestroy", true),
  "bucket-lifecycle": on(s3("BucketLifecycleConfiguration"), "rules", []),
  "bucket-object-lock": on(s3("BucketObjectLockConfiguration"), "rule/defaultRetention/days", 0),
  "bucket-public-access": on(s3("BucketPublicAccessBlock"), "blockPublicPolicy", false),
  "bucket-replication": on(s3("BucketReplicationConfig"), "rules/0/status", "Disabled"),
  "bucket-tls": on(s3("BucketPolicy"), "policy/Statement", []),
  "bucket-versioning": on(s3("BucketVersioning"), "versioningConfiguration/status", "Suspended"),
  "cache-encryption": on(cache, "atRestEncryptionEnabled", false),
  "cache-failover": on(cache, "automaticFailoverEnabled", false),
  "cache-snapshots": on(cache, "snapshotRetentionLimit", 0),
  "cache-tls": on(cache, "transitEncryptionEnabled", false),
  "cache-version": on(cache, "autoMinorVersionUpgrade", true),
  "cache-zones": on(cache, "numCacheClusters", 1),
  "certificate-renewal": on(["aws:acm/certificate:Certificate", ""], "validationMethod", "EMAIL"),
  "external-check": on(["aws:route53/healthCheck:HealthCheck", ""], "requestInterval", 30),
  "load-balancer-cross-zone": on(balancer, "enableCrossZoneLoadBalancing", false),
  "load-balancer-protection": on(balancer, "enableDeletionProtection", false),
  "load-balancer-zonal-shift": on(balancer, "enableZonalShift", false),
  "load-balancer-zones": on(balancer, "subnets", ["subnet-0"]),
  "outside-view": on(["aws:route53/healthCheck:HealthCheck", ""], "fqdn", "another.example.com"),
  "target-health": on(targets, "healthCheck/interval", 60),
  "target-type": on(targets, "targetType", "instance"),
  "tls-listener": on(
    ["aws:lb/listener:Listener", "edge-listener"],
    "sslPolicy",
    "ELBSecurityPolicy-2016-08",
  ),
  "users-address": on(
    ["aws:route53/record:Record", "edge-record"],
    "aliases/0/evaluateTargetHealth",
    false,
  ),
  "key-deletion-window": on(key, "deletionWindowInDays", 7),
  "key-rotation": on(key, "enableKeyRotation", false),
  "secret-encryption": on(secret, "kmsKeyId", "", { open: true }),
  "secret-recovery-window": on(secret, "recoveryWindowInDays", 0),
  "secret-replicated": on(secret, "replicas", []),
  alertmanagers: on(prometheus, "spec/alerting/alertmanagers", []),
  "metrics-retention": on(prometheus, "spec/retention", "30d"),
  "alarm-notifies": on(["aws:cloudwatch/metricAlarm:MetricAlarm", ""], "alarmActions", []),
  "availability-ledger": on(cache, "multiAzEnabled", false),
  autoscaler: on(["kubernetes:autoscaling/v2:HorizontalPodAutoscaler", ""], "spec/metrics", []),
  "disruption-budget": on(
    ["kubernetes:policy/v1:PodDisruptionBudget", "mini-xdr-backend"],
    "spec/maxUnavailable",
    0,
  ),
  drain: on(backend, `${pod}terminationGracePeriodSeconds`, 5),
  "host-anti-affinity": on(backend, `${pod}affinity`, {}),
  "kept-volume": on(prometheus, "spec/storage", {}),
  "load-balancer-drain": on(backend, "spec/minReadySeconds", 0),
  "lost-node": on(backend, `${pod}tolerations`, []),
  "own-pods": on(backend, "spec/template/metadata/labels", {}),
  "pinned-images": on(backend, `${pod}containers/0/image`, "backend:latest"),
  probes: on(backend, `${pod}containers/0/readinessProbe`, {}),
  "release-atomic": on(release, "atomic", false),
  "release-readable": on(release, "chart", "./charts/another"),
  "release-timeout": on(release, "timeout", 1),
  replicas: on(
    ["kubernetes:autoscaling/v2:HorizontalPodAutoscaler", "mini-xdr-backend"],
    "spec/minReplicas",
    2,
  ),
  resources: on(backend, `${pod}containers/0/resources/limits/memory`, "0"),
  "rolling-update": on(backend, "spec/strategy/rollingUpdate/maxUnavailable", 1),
  "startup-probe": on(backend, `${pod}containers/0/startupProbe`, {}),
  "unhealthy-pods-evicted": on(
    ["kubernetes:policy/v1:PodDisruptionBudget", "mini-xdr-backend"],
    "spec/unhealthyPodEvictionPolicy",
    "IfHealthyBudget",
  ),
  "zone-spread": on(backend, `${pod}topologySpreadConstraints/0/maxSkew`, 5),
};

/** Rules about an option or about what depends on what: no property is at fault. */
export const optionCases: Record<string, (resource: Resource, others: Resource[]) => Resource> = {
  "data-protected": (resource) => ({ ...resource, protect: false }),
  "changes-applied": (resource) => ({ ...resource, ignoreChanges: ["engineVersion"] }),
  "data-outlives-cluster": (resource, others) => ({
    ...resource,
    dependencies: [others.find(({ type }) => type === "eks:index:Cluster")!.urn],
  }),
};

/** No stack has an experiment yet. */
export const experiment = setting("stopConditions", [
  { source: "aws:cloudwatch:alarm", value: "arn:aws:cloudwatch:eu-central-1:123456789012:alarm:x" },
])({
  urn: "urn:pulumi:prod::mini-xdr::aws:fis/experimentTemplate:ExperimentTemplate::pod-loss",
  type: "aws:fis/experimentTemplate:ExperimentTemplate",
  name: "pod-loss",
  properties: {},
  protect: false,
  ignoreChanges: [],
  options: noOptions,
  parent: undefined,
  provider: undefined,
  deletedWith: undefined,
  dependencies: [],
  propertyDependencies: {},
  release: undefined,
  ofPlugin: false,
});

/** What the EKS component makes, in the provider's shape, of what it is given. */
export function engineCluster({ propertyDependencies: given }: Resource): Resource {
  return {
    ...experiment,
    urn: "urn:pulumi:prod::mini-xdr::eks:index:Cluster$aws:eks/cluster:Cluster::control-plane",
    type: "aws:eks/cluster:Cluster",
    name: "control-plane",
    ignoreChanges: [
      "accessConfig.bootstrapClusterCreatorAdminPermissions",
      "bootstrapSelfManagedAddons",
    ],
    properties: {
      accessConfig: {
        authenticationMode: "API",
        bootstrapClusterCreatorAdminPermissions: false,
      },
      computeConfig: { enabled: true, nodePools: ["system"] },
      deletionProtection: true,
      enabledClusterLogTypes: ["api", "audit", "authenticator", "controllerManager", "scheduler"],
      encryptionConfig: { provider: { keyArn: unknown }, resources: ["secrets"] },
      upgradePolicy: { supportType: "STANDARD" },
      version: "1.36",
      vpcConfig: {
        endpointPrivateAccess: true,
        endpointPublicAccess: true,
        publicAccessCidrs: ["203.0.113.0/24"],
        subnetIds: unknown,
      },
    },
    propertyDependencies: {
      vpcConfig: given.privateSubnetIds!,
    },
  };
}
