import { at, list, type Properties, type Resource } from "../../../policies/model/resource";
import { setting } from "../support";

/** One change of one resource that breaks a rule, where no single bad value tells it all. */
export interface Change {
  /** Type and end of the name of the resource. */
  resource: [type: string, name: string];
  /** Undefined: it is gone. */
  change(resource: Resource): Resource | undefined;
}

const kubernetes = (kind: string) => `kubernetes:${kind}`;
const on = (type: string, name: string, change: Change["change"]): Change => ({
  resource: [type, name],
  change,
});
/** Without what determines a property: what is left is a literal. */
const literal = (property: string) => (resource: Resource) => ({
  ...resource,
  propertyDependencies: { ...resource.propertyDependencies, [property]: [] },
});
const gone = () => undefined;

/** By rule; together with the cases they are all of them. */
export const changes: Record<string, Change> = {
  bindings: on(
    kubernetes("eks.amazonaws.com/v1:TargetGroupBinding"),
    "mini-xdr-frontend",
    setting("spec/serviceRef/name", "mini-xdr-backend"),
  ),
  "configured-once": on(
    "aws:s3/bucketVersioning:BucketVersioning",
    "backups-recovery-versioning",
    (resource) => ({
      ...resource,
      propertyDependencies: {
        bucket: resource.propertyDependencies.bucket!.map((urn) =>
          urn.replaceAll("recovery", "primary"),
        ),
      },
    }),
  ),
  "copies-elsewhere": on(
    "aws:s3/bucket:Bucket",
    "backups-recovery-bucket",
    setting("region", "eu-central-1"),
  ),
  "database-parameters": on(
    "aws:rds/clusterParameterGroup:ClusterParameterGroup",
    "",
    setting("parameters/0", { name: "rds.force_ssl", value: "1", applyMethod: "immediate" }),
  ),
  "declared-containers": on(
    kubernetes("batch/v1:CronJob"),
    "database-backup-dump",
    setting("spec/jobTemplate/spec/template/spec/containers/0/command", ["true"]),
  ),
  "backup-identities": on(
    "aws:iam/rolePolicy:RolePolicy",
    "backups-dump-policy",
    setting("policy/Statement/1/Action", ["s3:PutObject", "s3:GetObject"]),
  ),
  "backups-watched": on(
    "aws:cloudwatch/eventRule:EventRule",
    "backup-watch-backups-touched",
    setting("eventPattern", '{"source":["aws.s3"]}'),
  ),
  "vault-guarded": on(
    "aws:s3/bucketPolicy:BucketPolicy",
    "backups-primary-policy",
    setting("policy/Statement/4", undefined),
  ),
  "key-guarded": on("aws:kms/key:Key", "keys-backups", (resource) =>
    setting(
      "policy",
      String(resource.properties.policy).replace("kms:ScheduleKeyDeletion", "kms:TagResource"),
    )(resource),
  ),
  "signing-keys": on("aws:kms/replicaKey:ReplicaKey", "keys-backup-manifests-replica", gone),
  "recovery-account": on(
    "aws:s3/bucketReplicationConfig:BucketReplicationConfig",
    "",
    setting("rules/0/destination/account", "210987654321"),
  ),
  "declared-rights": on(
    "aws:iam/rolePolicy:RolePolicy",
    "backups-dump-policy",
    setting("policy/Statement/1/Action", ["s3:GetObject"]),
  ),
  "cluster-access": on(
    "aws:eks/accessPolicyAssociation:AccessPolicyAssociation",
    "mini-xdr-admin-policy",
    setting("principalArn", "arn:aws:iam::111122223333:role/nobody"),
  ),
  "node-subnets": on(
    kubernetes("eks.amazonaws.com/v1:NodeClass"),
    "",
    setting("spec/subnetSelectorTerms", [{ tags: { Name: "*" } }]),
  ),
  "nodes-outlast": on(kubernetes("karpenter.sh/v1:NodePool"), "", (resource) => ({
    ...resource,
    dependencies: [],
  })),
  "registry-copy": on("aws:ecr/repository:Repository", "registry-recovery-backend", gone),
  "takes-over": on("aws:route53/record:Record", "edge-record", setting("allowOverwrite", true)),
  "key-region": on("aws:kms/key:Key", "keys-backups-recovery", setting("region", undefined)),
  "own-group": on("aws:rds/cluster:Cluster", "", literal("vpcSecurityGroupIds")),
  "work-volume": on(
    kubernetes("batch/v1:CronJob"),
    "database-backup-restore",
    setting(
      "spec/jobTemplate/spec/template/spec/volumes/0/ephemeral/volumeClaimTemplate/spec/resources/requests/storage",
      "20Gi",
    ),
  ),
  "cache-steady": on(
    "aws:elasticache/replicationGroup:ReplicationGroup",
    "",
    setting("nodeType", "cache.t4g.small"),
  ),
  "configuration-followed": on(
    kubernetes("apps/v1:Deployment"),
    "database/pgbouncer",
    setting("spec/template/metadata/annotations", {}),
  ),
  "secrets-followed": on(
    kubernetes("apps/v1:Deployment"),
    "mini-xdr/mini-xdr-backend",
    setting("spec/template/metadata/annotations", {}),
  ),
  "edge-figures": on(
    kubernetes("core/v1:ConfigMap"),
    "monitoring/edge-metrics",
    setting("data", { "config.yaml": "regions: [us-east-1]" }),
  ),
  "windows-apart": on(
    "aws:elasticache/replicationGroup:ReplicationGroup",
    "",
    setting("maintenanceWindow", "sun:04:00-sun:05:00"),
  ),
  "ports-lead": on(
    kubernetes("core/v1:Service"),
    "database/pgbouncer",
    setting("spec/ports/0/targetPort", "metrics"),
  ),
  "declared-charts": on(
    kubernetes("helm.sh/v3:Release"),
    "observability-release",
    setting("repositoryOpts/repo", "https://charts.example.com"),
  ),
  "chart-images": on(
    kubernetes("helm.sh/v3:Release"),
    "observability-release",
    setting("values/grafana/sidecar/image", undefined),
  ),
  "own-registry": on(
    kubernetes("helm.sh/v3:Release"),
    "platform-metrics-server",
    setting(
      "chart",
      "oci://123456789012.dkr.ecr.eu-west-1.amazonaws.com/mini-xdr/charts/metrics-server",
    ),
  ),
  "release-order": on(kubernetes("helm.sh/v3:Release"), "application-release", (resource) => ({
    ...resource,
    dependencies: [],
    propertyDependencies: {},
  })),
  "pooler-resolver": on(
    kubernetes("apps/v1:Deployment"),
    "database/pgbouncer",
    setting("spec/template/spec/dnsConfig", undefined),
  ),
  "changes-end": on(
    kubernetes("apps/v1:Deployment"),
    "mini-xdr-backend",
    setting("spec/paused", true),
  ),
  "own-component": on("aws:lb/targetGroup:TargetGroup", "backend-targets", (resource) => ({
    ...resource,
    urn: resource.urn.replace("mini-xdr:index:Edge$", ""),
  })),
  "declared-secrets": on(kubernetes("core/v1:Secret"), "pgbouncer-users", (resource) => ({
    ...resource,
    propertyDependencies: {
      stringData: resource.propertyDependencies.stringData!.filter(
        (urn) => !urn.includes("read-only"),
      ),
    },
  })),
  "database-authorities": on(
    kubernetes("core/v1:ConfigMap"),
    "database-roles-config-rds-ca",
    setting("data", {}),
  ),
  "declared-images": on(
    kubernetes("apps/v1:Deployment"),
    "mini-xdr-backend",
    setting("spec/template/spec/containers/0/image", "docker.io/someone/backend:1.0.0"),
  ),
  "declared-options": on("aws:rds/cluster:Cluster", "", (resource) => ({
    ...resource,
    options: { ...resource.options, deleteBeforeReplace: true },
  })),
  "declared-properties": on(
    kubernetes("apps/v1:Deployment"),
    "mini-xdr-backend",
    setting("spec/paused", true),
  ),
  "declared-targets": on(
    "aws:cloudwatch/metricAlarm:MetricAlarm",
    "alarms-backup-age",
    literal("alarmActions"),
  ),
  "declared-types": on("aws:cloudwatch/logGroup:LogGroup", "network-flow-logs", (resource) => ({
    ...resource,
    type: "aws:sqs/queue:Queue",
  })),
  expected: on("aws:cloudwatch/metricAlarm:MetricAlarm", "alarms-edge-unreachable", gone),
  addresses: on(
    kubernetes("helm.sh/v3:Release"),
    "pgbouncer-release",
    setting(
      "values/databases/minixdr/host",
      "mini-xdr-prod-instance-1.50a1bb81ae36.eu-central-1.rds.amazonaws.com",
    ),
  ),
  "network-policy": on(
    kubernetes("networking.k8s.io/v1:NetworkPolicy"),
    "mini-xdr-backend",
    setting("spec/egress/1/ports/0/port", 5432),
  ),
  "pod-security": on(
    kubernetes("core/v1:Namespace"),
    "platform-namespace-database",
    setting("metadata/labels", {}),
  ),
  "registry-lifecycle": on(
    "aws:ecr/lifecyclePolicy:LifecyclePolicy",
    "",
    setting("policy/rules/0/selection/tagStatus", "any"),
  ),
  "selectors-match": on(
    kubernetes("core/v1:Service"),
    "mini-xdr-backend",
    setting("spec/selector", { app: "another" }),
  ),
  "pooler-topology": on(kubernetes("apps/v1:Deployment"), "database/pgbouncer", (resource) => {
    const path = "spec/template/spec/containers";
    const all = list(resource.properties, path.replaceAll("/", "."));
    return setting(
      path,
      all.filter((container) => at(container, "name") !== "topology"),
    )(resource);
  }),
  "pooler-settings": on(kubernetes("core/v1:ConfigMap"), "database/pgbouncer", (resource) => {
    const data = resource.properties.data as Properties;
    const file = String(data["pgbouncer.ini"]).replace(
      "[pgbouncer]",
      "[pgbouncer]\nmax_db_connections = 1",
    );
    return setting("data", { ...data, "pgbouncer.ini": file })(resource);
  }),
  "endpoint-routes": on("aws:ec2/vpcEndpoint:VpcEndpoint", "", (resource) => ({
    ...resource,
    propertyDependencies: {
      ...resource.propertyDependencies,
      routeTableIds: resource.propertyDependencies.routeTableIds!.filter(
        (urn) => !urn.endsWith("private-eu-central-1a"),
      ),
    },
  })),
  traffic: on(
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
    "traffic-pods-to-database",
    setting("toPort", 65535),
  ),
  "backup-schedule": on(
    kubernetes("batch/v1:CronJob"),
    "database-backup-dump",
    setting("spec/suspend", true),
  ),
  "traffic-rules": on(
    "aws:lb/listenerRule:ListenerRule",
    "edge-api-rule",
    setting("conditions/0/pathPattern/values/0", "/api/v2/*"),
  ),
  rights: on(
    "aws:iam/rolePolicy:RolePolicy",
    "backups-dump-policy",
    setting("policy/Statement/0/Action", "s3:*"),
  ),
  "alarm-catalogue": on(
    "aws:cloudwatch/metricAlarm:MetricAlarm",
    "alarms-database-cpu-mini-xdr-prod-instance-2",
    setting("threshold", 100),
  ),
  "alert-routes": on(
    kubernetes("helm.sh/v3:Release"),
    "observability-release",
    setting("values/alertmanager/config/route/routes/3/receiver", "null"),
  ),
  "expected-alerts": on(
    kubernetes("monitoring.coreos.com/v1:PrometheusRule"),
    "observability-common",
    setting("spec/groups/0/rules", []),
  ),
  "topic-heard": on(
    "aws:sns/topicSubscription:TopicSubscription",
    "notifications-topic-email",
    setting("filterPolicy", '{"AlarmName":["none"]}'),
  ),
  survives: on("aws:ec2/route:Route", "private-eu-central-1b", (resource) => ({
    ...resource,
    propertyDependencies: {
      ...resource.propertyDependencies,
      natGatewayId: resource.propertyDependencies.natGatewayId!.map((urn) =>
        urn.replace(/1b$/, "1a"),
      ),
    },
  })),
  tells: on(
    kubernetes("helm.sh/v3:Release"),
    "observability-release",
    setting("values/prometheus/prometheusSpec/ruleSelector", {
      matchLabels: { release: "another" },
    }),
  ),
  restores: on(
    "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
    "backups-primary-lifecycle",
    setting("rules/0/transitions", [{ days: 1, storageClass: "DEEP_ARCHIVE" }]),
  ),
};
