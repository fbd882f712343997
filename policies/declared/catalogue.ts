import { identityNames } from "./backup-identities";
import { chartNames, imageNames } from "../../upstream/upstream";
import { databaseCluster } from "../model/database";
import { at, list, type Resource, type Stack } from "../model/resource";
import type { Settings } from "../model/settings";

/** Something that has to be there. */
export interface Expected {
  type: string;
  /** Name of the resource; of an object of a release, `namespace/name`. */
  name: string;
  /** What is lost without it. */
  why: string;
}

/** Names of one type, and what is lost without any of them. */
interface Entry {
  type: string;
  names: string[];
  why: string;
}

const kubernetes = (kind: string) => `kubernetes:${kind}`;
const prefixed = (prefix: string, ...names: string[]) => names.map((name) => `${prefix}${name}`);

/** Of our images, and of what others publish. */
const repositories = [
  ...["backend", "backup", "frontend", "pooler", ...imageNames],
  ...prefixed("charts-", ...chartNames),
];

/** Of the backups. */
const jobs = [
  ...["dump", "verify", "prune", "drill", "scratch-verify", "scratch-drill"],
  ...["state", "restore", "swap"],
];

/** What a stack has that keeps copies in another Region. */
const withCopies: Entry[] = [
  {
    type: "aws:cloudwatch/metricAlarm:MetricAlarm",
    names: ["alarms-backup-copies-touched", "alarms-backup-copy-failed", "alarms-backup-copy-late"],
    why: "the fault that it watches for would tell nobody",
  },
  {
    type: "aws:sns/topic:Topic",
    names: ["notifications-recovery-topic"],
    why: "alarms would have nowhere to go",
  },
  {
    type: "aws:sns/topicPolicy:TopicPolicy",
    names: ["notifications-recovery-topic-policy"],
    why: "AWS's services may not publish without it",
  },
  {
    type: "aws:sns/topicSubscription:TopicSubscription",
    names: ["notifications-recovery-topic-email"],
    why: "nobody would hear of an alarm",
  },
  {
    type: "aws:s3/bucket:Bucket",
    names: ["backups-recovery-bucket"],
    why: "backups would be lost with their Region",
  },
  {
    type: "aws:s3/bucketReplicationConfig:BucketReplicationConfig",
    names: ["backups-replication"],
    why: "backups would be lost with their Region",
  },
  {
    type: "aws:iam/rolePolicy:RolePolicy",
    names: ["backups-replication-policy"],
    why: "what has the role may do nothing",
  },
  {
    type: "aws:kms/key:Key",
    names: ["keys-backups-recovery", "keys-database-recovery"],
    why: "what it encrypts could not be read",
  },
  {
    type: "aws:kms/replicaKey:ReplicaKey",
    names: ["keys-backup-manifests-replica", "keys-backup-verifications-replica"],
    why: "no backup would count once the Region is lost",
  },
  {
    type: "aws:kms/alias:Alias",
    names: prefixed(
      "keys-",
      "backups-recovery-alias",
      "backup-manifests-replica-alias",
      "backup-verifications-replica-alias",
    ),
    why: "a restore that names its key would find none",
  },
  {
    type: "aws:cloudwatch/eventRule:EventRule",
    names: ["backup-watch-backup-copies-touched"],
    why: "whoever takes the copies' protection away would do it unseen",
  },
  {
    type: "aws:ecr/repository:Repository",
    names: prefixed("registry-recovery-", ...repositories),
    why: "what is pushed would be copied into a repository of ECR's own making",
  },
  {
    type: "aws:ecr/replicationConfiguration:ReplicationConfiguration",
    names: ["registry-replication"],
    why: "images would be lost with their Region",
  },
];

/** What a stack has whose database is a Multi-AZ DB cluster. */
const ofClusters: Entry[] = [
  {
    type: kubernetes("core/v1:Secret"),
    names: ["database/pgbouncer-topology"],
    why: "the poolers would not start",
  },
];

/** What every stack has, whatever its zones, nodes and members are called. */
const everyStack: Entry[] = [
  {
    type: "aws:cloudwatch/metricAlarm:MetricAlarm",
    names: prefixed(
      "alarms-",
      "backup-age",
      "backup-duration",
      "backup-promise",
      "backup-refused",
      "backup-rights-touched",
      "backup-tagged",
      "backup-vanished",
      "backups-touched",
      "edge-5xx-elb",
      "edge-certificate",
      "edge-5xx-target",
      "edge-healthy-backend",
      "edge-healthy-frontend",
      "edge-unhealthy-backend",
      "edge-unhealthy-frontend",
      "edge-unreachable",
    ),
    why: "the fault that it watches for would tell nobody",
  },
  {
    type: "aws:sns/topic:Topic",
    names: ["notifications-topic", "notifications-global-topic", "notifications-cache-topic"],
    why: "alarms would have nowhere to go",
  },
  {
    type: "aws:sns/topicPolicy:TopicPolicy",
    names: [
      "notifications-topic-policy",
      "notifications-global-topic-policy",
      "notifications-cache-topic-policy",
    ],
    why: "AWS's services may not publish without it",
  },
  {
    type: "aws:sns/topicSubscription:TopicSubscription",
    names: [
      "notifications-topic-email",
      "notifications-global-topic-email",
      "notifications-cache-topic-email",
    ],
    why: "nobody would hear of an alarm",
  },
  {
    type: "aws:rds/eventSubscription:EventSubscription",
    names: ["database-events"],
    why: "nobody would hear of a failover",
  },
  {
    type: "aws:route53/healthCheck:HealthCheck",
    names: ["edge-health-check"],
    why: "nobody would look from outside",
  },
  {
    type: "aws:route53/record:Record",
    names: ["edge-record", "edge-certificate-record"],
    why: "users would find no address, or the certificate would not be renewed",
  },
  {
    type: "aws:lb/listener:Listener",
    names: ["edge-listener", "edge-redirect"],
    why: "users would get no answer",
  },
  {
    type: "aws:lb/listenerRule:ListenerRule",
    names: ["edge-api-rule", "edge-metrics-rule"],
    why: "requests would go to the wrong pods",
  },
  {
    type: "aws:lb/targetGroup:TargetGroup",
    names: ["edge-backend-targets", "edge-frontend-targets"],
    why: "requests would have nowhere to go",
  },
  {
    type: "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
    names: [
      "edge-internet-443",
      "edge-internet-80",
      ...prefixed(
        "traffic-",
        "edge-to-backend",
        "edge-to-frontend",
        "pods-to-cache",
        "pods-to-database",
      ),
    ],
    why: "that traffic would not get through",
  },
  {
    type: "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule",
    names: prefixed("traffic-", "edge-to-backend-out", "edge-to-frontend-out"),
    why: "that traffic would not get through",
  },
  {
    type: "aws:ec2/vpcEndpoint:VpcEndpoint",
    names: ["network-s3-endpoint"],
    why: "images and backups would need the NAT gateways",
  },
  {
    type: "aws:ec2/flowLog:FlowLog",
    names: ["network-flow-log"],
    why: "nobody could tell afterwards what was cut off",
  },
  {
    type: "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup",
    names: ["network-default-group"],
    why: "what names no group would be open",
  },
  {
    type: "aws:elasticache/replicationGroup:ReplicationGroup",
    names: ["cache-replication-group"],
    why: "nothing would answer while the database is away",
  },
  {
    type: "aws:s3/bucket:Bucket",
    names: ["backups-primary-bucket", "edge-access-logs-bucket"],
    why: "backups or the record of an attack would be gone",
  },
  {
    type: "aws:iam/rolePolicy:RolePolicy",
    names: [
      ...identityNames.map((identity) => `backups-${identity}-policy`),
      "network-flow-logs-policy",
      "nodes-tags-policy",
    ],
    why: "what has the role may do nothing",
  },
  {
    type: "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
    names: ["database-monitoring-policy"],
    why: "the database's host would not be watched",
  },
  {
    type: "aws:eks/podIdentityAssociation:PodIdentityAssociation",
    names: [
      ...identityNames.map((identity) => `backup-pods-${identity}`),
      "container-logs-identity-association",
      "edge-metrics-identity-association",
    ],
    why: "backups could not be written, or the edge's figures not read, or logs not kept",
  },
  {
    type: "aws:eks/addon:Addon",
    names: ["container-logs-addon"],
    why: "what a container said would go with its node",
  },
  {
    type: "aws:kms/key:Key",
    names: prefixed(
      "keys-",
      "backup-manifests",
      "backup-verifications",
      "backups",
      "cache",
      "chaos",
      "cluster",
      "database",
      "global-notifications",
      "notifications",
    ),
    why: "what it encrypts could not be read",
  },
  {
    type: "aws:kms/alias:Alias",
    names: ["keys-backups-alias"],
    why: "a restore that names its key would find none",
  },
  {
    type: "aws:cloudwatch/eventRule:EventRule",
    names: prefixed("backup-watch-", "backups-touched", "backup-rights-touched"),
    why: "whoever takes the backups' protection away would do it unseen",
  },
  {
    type: "aws:secretsmanager/secret:Secret",
    names: prefixed(
      "credentials-",
      "cache",
      ...prefixed(
        "database-",
        "app",
        "backup",
        "exporter",
        "master",
        "migrations",
        "read-only",
        "restore",
      ),
      "pooler-statistics",
    ),
    why: "a restore would have no password",
  },
  {
    type: "aws:ecr/repository:Repository",
    names: prefixed("registry-", ...repositories),
    why: "its pods would find no image, or its release no chart",
  },
  {
    type: "aws:fis/experimentTemplate:ExperimentTemplate",
    names: ["chaos-backend-pod", "chaos-frontend-pod"],
    why: "nobody could prove on AWS what the drills prove here",
  },
  {
    type: "eks:index:Cluster",
    names: ["cluster-control-plane"],
    why: "nothing would run",
  },
  {
    type: kubernetes("karpenter.sh/v1:NodePool"),
    names: ["workloads"],
    why: "pods would find no node",
  },
  {
    type: kubernetes("eks.amazonaws.com/v1:NodeClass"),
    names: ["workloads"],
    why: "nodes would start anywhere, without tags",
  },
  {
    type: kubernetes("scheduling.k8s.io/v1:PriorityClass"),
    names: ["pooler", "serving", "watching"],
    why: "its pods would not be made",
  },
  {
    type: kubernetes("storage.k8s.io/v1:StorageClass"),
    names: ["encrypted-gp3"],
    why: "volumes could not be made",
  },
  {
    type: kubernetes("core/v1:Namespace"),
    names: ["database", "mini-xdr", "monitoring"],
    why: "its workloads would have no place, and no Pod Security",
  },
  {
    type: kubernetes("core/v1:ConfigMap"),
    names: [
      "kube-system/amazon-vpc-cni",
      ...prefixed("database/", "pgbouncer", "rds-ca", "stack-configuration", "database-bootstrap"),
      ...prefixed("mini-xdr/", "rds-ca", "pgbouncer-ca"),
    ],
    why: "what reads it would not work, or would not be enforced",
  },
  {
    type: kubernetes("core/v1:Secret"),
    names: [
      ...prefixed(
        "mini-xdr/",
        "cache",
        "database-app",
        "database-migrations",
        "database-read-only",
      ),
      ...prefixed("database/database-", "backup", "master", "restore", "scratch", "verifiers"),
      ...prefixed("database/pgbouncer-", "exporter", "tls", "users"),
      ...prefixed("monitoring/", "alertmanager-receivers", "grafana-login"),
    ],
    why: "the pods that name it would not start",
  },
  {
    type: kubernetes("core/v1:ServiceAccount"),
    names: [
      ...prefixed(
        "mini-xdr/",
        "chaos",
        "mini-xdr-backend",
        "mini-xdr-frontend",
        "mini-xdr-migrations",
      ),
      ...prefixed("database/", "pgbouncer", "database-bootstrap"),
      ...prefixed("database/database-backup-", ...identityNames, "scratch", "swap"),
      "monitoring/edge-metrics",
    ],
    why: "its pods would not be made",
  },
  ...["Role", "RoleBinding"].map((kind) => ({
    type: kubernetes(`rbac.authorization.k8s.io/v1:${kind}`),
    names: ["mini-xdr/chaos"],
    why: "experiments could not reach their pods",
  })),
  {
    type: kubernetes("helm.sh/v3:Release"),
    names: [
      "application-release",
      "pgbouncer-release",
      "database-roles-release",
      "database-backup-release",
      "alert-rules-release",
      "edge-metrics-release",
      "observability-definitions",
      "observability-release",
      "platform-metrics-server",
    ],
    why: "everything that it deploys would be gone",
  },
  {
    type: kubernetes("apps/v1:Deployment"),
    names: [
      "mini-xdr/mini-xdr-backend",
      "mini-xdr/mini-xdr-frontend",
      "database/pgbouncer",
      "database/database-backup-exporter",
      "kube-system/metrics-server",
      "monitoring/edge-metrics",
    ],
    why: "what it serves would be away",
  },
  {
    type: kubernetes("autoscaling/v2:HorizontalPodAutoscaler"),
    names: prefixed("mini-xdr/mini-xdr-", "backend", "frontend"),
    why: "a peak would be an outage",
  },
  {
    type: kubernetes("policy/v1:PodDisruptionBudget"),
    names: [
      ...prefixed("mini-xdr/mini-xdr-", "backend", "frontend"),
      "database/pgbouncer",
      "database/database-backup-exporter",
      "kube-system/metrics-server",
    ],
    why: "a drain would take all of its pods",
  },
  {
    type: kubernetes("networking.k8s.io/v1:NetworkPolicy"),
    names: [
      ...prefixed("mini-xdr/mini-xdr-", "backend", "frontend", "migrations"),
      ...prefixed("database/", "pgbouncer", "database-bootstrap"),
      ...prefixed("database/database-backup-", "exporter", ...jobs),
      "monitoring/edge-metrics",
    ],
    why: "its pods would be open to every other",
  },
  {
    type: kubernetes("eks.amazonaws.com/v1:TargetGroupBinding"),
    names: prefixed("mini-xdr/mini-xdr-", "backend", "frontend"),
    why: "the load balancer would find no pods",
  },
  {
    type: kubernetes("core/v1:Service"),
    names: [
      ...prefixed("mini-xdr/mini-xdr-", "backend", "frontend"),
      ...prefixed("database/", "pgbouncer", "database-backup-exporter"),
      ...prefixed("database/database-backup-scratch-", "verify", "drill"),
      "monitoring/edge-metrics",
    ],
    why: "nobody would find its pods",
  },
  {
    type: kubernetes("batch/v1:CronJob"),
    names: prefixed("database/database-backup-", ...jobs),
    why: "a backup would not be made, verified or restorable",
  },
  {
    type: kubernetes("batch/v1:Job"),
    names: ["mini-xdr/mini-xdr-migrations", "database/database-bootstrap-1"],
    why: "a new version would meet an old database",
  },
  {
    type: kubernetes("monitoring.coreos.com/v1:ServiceMonitor"),
    names: [
      ...prefixed("mini-xdr/mini-xdr-", "backend", "frontend"),
      ...prefixed("database/", "pgbouncer", "database-backup"),
      "monitoring/edge-metrics",
    ],
    why: "its alerts would have no figures",
  },
  {
    type: kubernetes("monitoring.coreos.com/v1:PrometheusRule"),
    names: [
      "database/database-backup",
      ...prefixed("monitoring/observability-", "certificates", "common"),
    ],
    why: "its alerts would never fire",
  },
  {
    type: kubernetes("monitoring.coreos.com/v1:Prometheus"),
    names: ["monitoring/kube-prometheus-stack-prometheus"],
    why: "nothing would be watched",
  },
  {
    type: kubernetes("monitoring.coreos.com/v1:Alertmanager"),
    names: ["monitoring/kube-prometheus-stack-alertmanager"],
    why: "nobody would be told",
  },
];

/**
 * Everything that a stack is expected to hold: the fixed names, those of copies unless it has leave to
 * be without, those of its database's topology, and those of its zones.
 */
export function expectedIn(stack: Stack, { alone }: Settings): Expected[] {
  const entries = [
    ...everyStack,
    ...(alone ? [] : withCopies),
    ...(stack.ofType(databaseCluster).length > 0 ? ofClusters : []),
  ];
  const fixed = entries.flatMap(({ type, names, why }) =>
    names.map((name) => ({ type, name, why })),
  );
  return [...fixed, ...perZone(stack)];
}

/** Of every zone in which the cluster may start nodes: its subnets, and how they are reached. */
function perZone(stack: Stack): Expected[] {
  const why = "the zone would be cut off, or hold nothing";
  return zones(stack.ofType("kubernetes:karpenter.sh/v1:NodePool")).flatMap((zone) =>
    ["public", "private", "database"].flatMap((tier) => [
      { type: "aws:ec2/subnet:Subnet", name: `network-${tier}-${zone}`, why },
      {
        type: "aws:ec2/routeTableAssociation:RouteTableAssociation",
        name: `network-association-${tier}-${zone}`,
        why,
      },
    ]),
  );
}

function zones(pools: Resource[]): string[] {
  const values = pools
    .flatMap(({ properties }) => list(properties, "spec.template.spec.requirements"))
    .filter((entry) => at(entry, "key") === "topology.kubernetes.io/zone")
    .flatMap((entry) => list(entry, "values"));
  return [...new Set(values)].filter((zone) => typeof zone === "string");
}
