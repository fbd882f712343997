import * as pulumi from "@pulumi/pulumi";
import { getCallerIdentityOutput } from "@pulumi/aws/getCallerIdentity";
import { Alarms } from "./components/alarms";
import { AlertRules } from "./components/alert-rules";
import { Application } from "./components/application";
import { BackupIdentities } from "./components/backups/backup-identities";
import { BackupPods } from "./components/backups/backup-pods";
import { BackupWatch } from "./components/backups/backup-watch";
import { Backups } from "./components/backups/backups";
import { lostVault } from "./components/backups/lost-vault";
import { Cache } from "./components/cache";
import { Chaos } from "./components/chaos/chaos";
import { Cluster } from "./components/cluster";
import { ClusterTraffic } from "./components/cluster-traffic";
import { ContainerLogs } from "./components/container-logs";
import { Credentials } from "./components/credentials";
import { Database } from "./components/database/database";
import {
  DatabaseBackup,
  dumpBudgetSeconds,
  oldestBackupSeconds,
} from "./components/database-backup";
import { DatabaseRoles } from "./components/database-roles";
import { Edge } from "./components/edge/edge";
import { EdgeMetrics, edgeMetricsAccount, edgeMetricsRights } from "./components/edge-metrics";
import { Keys } from "./components/keys";
import { Network } from "./components/network/network";
import { Nodes } from "./components/nodes";
import { Notifications } from "./components/notifications";
import { Observability } from "./components/observability";
import { PgBouncer } from "./components/pgbouncer";
import { Platform, storageClassName } from "./components/platform";
import { PodIdentity } from "./components/pod-identity";
import { recoveryAccount } from "./components/recovery-place";
import { rdsCertificates } from "./components/rds-certificates";
import { Registry } from "./components/registry";
import { openConfiguration, readConfig, topologyConnections } from "./config";

// mini-xdr on AWS, read top to bottom: what must outlive a cluster first, then the cluster, then
// what runs on it. Nothing above the cluster may depend on it; a test walks the graph to prove it.
const config = readConfig();
const { name: stackName, region, recoveryRegion } = config;
const { accountId } = getCallerIdentityOutput();
const clusterName = stackName;

// ── What outlives the cluster ───────────────────────────────────────────────────────────────────

const network = new Network("network", { ...config.network, region, clusterName });

const { roles: backupRoles } = new BackupIdentities("backup-identities");

const keys = new Keys("keys", {
  stackName,
  accountId,
  region,
  recoveryRegion,
  recoveryAccount:
    config.backups.recoveryAccount && recoveryRegion
      ? recoveryAccount(config.backups.recoveryAccount, recoveryRegion, config.tags)
      : undefined,
  keeperArn: config.cluster.deployRoleArn,
  signers: { manifests: backupRoles.dump.arn, verifications: backupRoles.verify.arn },
});

const credentials = new Credentials("credentials", {
  stackName,
  recoveryRegion,
  kmsKeyArn: keys.database.arn,
  rotation: config.credentials.rotation,
});

const notifications = new Notifications("notifications", {
  stackName,
  accountId,
  kmsKeyArn: keys.notifications.arn,
  globalKmsKeyArn: keys.globalNotifications.arn,
  recovery: keys.recovery?.notifications,
  email: config.alertEmail,
  pagerDutyUrl: config.pagerDutyCloudWatchUrl,
});

const database = new Database("database", {
  ...config.database,
  identifier: stackName,
  vpcId: network.vpcId,
  zones: network.dataZones,
  subnetIds: network.databaseSubnetIds,
  kmsKeyArn: keys.database.arn,
  master: credentials.database.master,
  topicArn: notifications.topicArn,
  recovery: keys.recovery?.database,
});

const cache = new Cache("cache", {
  ...config.cache,
  identifier: stackName,
  vpcId: network.vpcId,
  zones: network.dataZones,
  subnetIds: network.databaseSubnetIds,
  kmsKeyArn: keys.cache.arn,
  token: credentials.cache.password,
  topicArn: notifications.cacheTopicArn,
});

/** What the lost stack has left, of the one that takes its place. */
const lost =
  config.recovery &&
  lostVault({ lost: config.recovery.of, accountId, region, backups: config.backups });

const backups = new Backups("backups", {
  stackName,
  accountId,
  keeperArn: config.cluster.deployRoleArn,
  roles: backupRoles,
  keys: {
    vault: keys.backups.arn,
    manifests: keys.signing.manifests.arn,
    verifications: keys.signing.verifications.arn,
  },
  recovery: keys.recovery?.backups,
  lost: lost?.rights,
  lockDays: config.backups.lockDays,
});

const backupWatch = new BackupWatch("backup-watch", {
  stackName,
  topicArn: notifications.topicArn,
  globalTopicArn: notifications.globalTopicArn,
  recovery: notifications.recovery,
  deployRoleArn: config.cluster.deployRoleArn,
});

const edge = new Edge("edge", {
  stackName,
  accountId,
  vpcId: network.vpcId,
  publicSubnetIds: network.publicSubnetIds,
  takesName: config.recovery !== undefined,
  domain: config.domain,
  clusterName,
});

const registry = new Registry("registry", {
  accountId,
  region,
  recoveryRegion,
  adopts: config.recovery !== undefined,
});

const alarms = new Alarms("alarms", {
  stackName,
  topicArn: notifications.topicArn,
  globalTopicArn: notifications.globalTopicArn,
  database: {
    memberIds: database.endpoints.memberIds,
    replicaIds: database.endpoints.replicaIds,
    instanceClass: config.database.instanceClass,
    maxConnections: config.database.maxConnections,
    storageGb: config.database.storageGb,
  },
  cache: { memberIds: cache.memberIds },
  edge: {
    ...edge.metricNames,
    healthCheckId: edge.healthCheckId,
    certificateArn: edge.certificateArn,
  },
  backups: {
    ageSeconds: oldestBackupSeconds(config.database.topology),
    dumpSeconds: dumpBudgetSeconds(config.database.topology),
    watched: backupWatch.watched,
    copy: backups.replication && {
      ...backups.replication,
      ...notifications.recovery!,
    },
  },
});

// ── The cluster ─────────────────────────────────────────────────────────────────────────────────

const cluster = new Cluster("cluster", {
  ...config.cluster,
  name: clusterName,
  vpcId: network.vpcId,
  privateSubnetIds: network.privateSubnetIds,
  kmsKeyArn: keys.cluster.arn,
});
/** Options of what runs on the cluster, after the namespaces and resources it needs. */
const onCluster = (...dependsOn: pulumi.Resource[]) => ({
  provider: cluster.provider,
  dependsOn,
});

const traffic = new ClusterTraffic("traffic", {
  clusterSecurityGroupId: cluster.securityGroupId,
  edgeSecurityGroupId: edge.securityGroupId,
  databaseSecurityGroupId: database.securityGroupId,
  cacheSecurityGroupId: cache.securityGroupId,
});

const nodes = new Nodes(
  "nodes",
  {
    zones: config.network.zones,
    subnetIds: network.privateSubnetIds,
    securityGroupId: cluster.securityGroupId,
    nodeRoleName: cluster.nodeRoleName,
    clusterRoleArn: cluster.roleArn,
    tags: config.tags,
  },
  onCluster(),
);

const platform = new Platform(
  "platform",
  { tags: config.tags, registry: registry.host, metricsServer: registry.chart("metrics-server") },
  onCluster(nodes),
);
const { namespaces } = platform;

const backupPods = new BackupPods("backup-pods", {
  clusterName: cluster.clusterName,
  roles: backupRoles,
});

const edgeMetricsIdentity = new PodIdentity("edge-metrics-identity", {
  clusterName: cluster.clusterName,
  namespace: "monitoring",
  serviceAccount: edgeMetricsAccount,
  policy: edgeMetricsRights,
});

new ContainerLogs("container-logs", {
  name: clusterName,
  clusterName: cluster.clusterName,
  kmsKeyArn: keys.cluster.arn,
});

// ── What runs on it ─────────────────────────────────────────────────────────────────────────────

const { runbookBase, ...observing } = config.observability;
const observability = new Observability(
  "observability",
  {
    ...observing,
    namespace: "monitoring",
    registry: registry.host,
    charts: {
      definitions: registry.chart("prometheus-operator-crds"),
      stack: registry.chart("kube-prometheus-stack"),
    },
    storageClass: storageClassName,
    stackName,
    receivers: {
      pagerDuty: config.pagerDutyRoutingKey,
      slack: config.slackWebhookUrl,
      deadMansSwitch: config.deadMansSwitchUrl,
    },
  },
  onCluster(namespaces.monitoring),
);

new EdgeMetrics(
  "edge-metrics",
  {
    namespace: "monitoring",
    image: registry.upstreamImage("edge-exporter"),
    region,
  },
  onCluster(edgeMetricsIdentity, observability.definitions),
);

const databaseAddress = {
  name: database.databaseName,
  port: database.port,
  writerHost: database.endpoints.writerHost,
  cidrs: network.databaseCidrs,
};
const databaseCa = rdsCertificates(region);

const roles = new DatabaseRoles(
  "database-roles",
  {
    namespace: "database",
    image: registry.image("backup", config.images.backup),
    database: databaseAddress,
    databaseCa,
    credentials: credentials.database,
    topologyConnections: topologyConnections(config.pgbouncer),
  },
  onCluster(namespaces.database, traffic),
);

const pgbouncer = new PgBouncer(
  "pgbouncer",
  {
    ...config.pgbouncer,
    namespace: "database",
    image: registry.upstreamImage("pgbouncer"),
    exporterImage: registry.upstreamImage("pgbouncer-exporter"),
    database: { ...databaseAddress, readerHost: database.endpoints.readerHost },
    users: [credentials.database.app, credentials.database["read-only"]].flatMap(
      ({ logins }) => logins,
    ),
    statistics: credentials.poolerStatistics,
    // Of the other topology writer and standby have one name, which alone decides.
    topology:
      config.database.topology === "cluster"
        ? {
            image: registry.image("pooler", config.images.pooler),
            memberIds: database.endpoints.memberIds,
            login: credentials.database.exporter,
          }
        : undefined,
    clientNamespaces: ["mini-xdr"],
    monitoringNamespace: "monitoring",
  },
  // A login is known to the server first, then to the pooler, then used.
  onCluster(roles, observability.definitions),
);

new AlertRules(
  "alert-rules",
  {
    namespace: "monitoring",
    tier: config.tier,
    runbookBase,
    certificates: { pgbouncer: pgbouncer.certificateEnd },
  },
  onCluster(observability.definitions),
);

new DatabaseBackup(
  "database-backup",
  {
    namespace: "database",
    stackName,
    image: registry.image("backup", config.images.backup),
    database: databaseAddress,
    readerHost: database.endpoints.readerHost,
    topology: config.database.topology,
    storageGb: config.database.storageGb,
    vault: {
      bucket: backups.bucket,
      kmsKeyArn: keys.backups.arn,
      manifestKeyArn: keys.signing.manifests.arn,
      verificationKeyArn: keys.signing.verifications.arn,
      region,
      lost: lost?.place,
    },
    configuration: openConfiguration(config),
    monitoringNamespace: "monitoring",
  },
  // A pod is given its rights when it starts.
  onCluster(roles, backupPods, backups, observability.definitions),
);

new Application(
  "application",
  {
    namespace: "mini-xdr",
    backend: {
      ...config.backend,
      image: registry.image("backend", config.images.backend),
      targetGroupArn: edge.backendTargetGroupArn,
    },
    frontend: {
      ...config.frontend,
      image: registry.image("frontend", config.images.frontend),
      targetGroupArn: edge.frontendTargetGroupArn,
    },
    pooler: {
      host: pgbouncer.host,
      port: pgbouncer.port,
      caCertificate: pgbouncer.caCertificate,
    },
    database: { ...databaseAddress, caCertificate: databaseCa },
    cache: {
      host: cache.primaryHost,
      port: cache.port,
      token: cache.token,
      cidrs: network.databaseCidrs,
    },
    credentials: credentials.database,
    loadBalancerCidrs: network.publicCidrs,
  },
  onCluster(namespaces["mini-xdr"], pgbouncer, observability.definitions),
);

const chaos = new Chaos(
  "chaos",
  {
    stackName,
    region,
    accountId,
    kmsKeyArn: keys.chaos.arn,
    stopAlarmArns: alarms.usersHurtArns,
    network: { vpcId: network.vpcId, subnetIds: network.subnetIdsByZone },
    cache: { arn: cache.arn, zones: cache.zones },
    database: { topology: config.database.topology, arn: database.endpoints.arn },
    cluster: { name: clusterName, clusterName: cluster.clusterName },
    namespace: "mini-xdr",
  },
  onCluster(namespaces["mini-xdr"]),
);

// ── The contract with the on-call commands ──────────────────────────────────────────────────────

/** Where users and operators reach the platform; the same before and after a rebuild. */
export const url = edge.url;
export const loadBalancerDnsName = edge.loadBalancerDnsName;
export const targetGroupArns = {
  backend: edge.backendTargetGroupArn,
  frontend: edge.frontendTargetGroupArn,
};
/** Identifier that `failover` and `restore` act on. */
export const databaseIdentifier = database.endpoints.sourceId;
export const databaseTopology = config.database.topology;
export const databaseArn = database.endpoints.arn;
export const databaseWriterHost = database.endpoints.writerHost;
export const databaseReaderHost = database.endpoints.readerHost;
/** ARNs, never values: who may read them, reads them in Secrets Manager. */
export const databaseSecretArns = Object.fromEntries(
  Object.entries(credentials.database).map(([role, credential]) => [role, credential.secretArn]),
);
export const cachePrimaryHost = cache.primaryHost;
export const cacheReplicationGroupId = cache.replicationGroupId;
export const backupBucket = backups.bucket;
/** Empty: there is no copy in another Region. */
export const backupRecoveryBucket = backups.recoveryBucket ?? "";
/** Where a lost stack's dumps are restored from; empty: this one takes nobody's place. */
export const lostBackupBucket = lost?.place.bucket ?? "";
export const backupKeyArn = keys.backups.arn;
/** What signs the backups' evidence. Keep their public parts: `aws kms get-public-key --key-id ARN`. */
export const backupSigningKeyArns = {
  manifests: keys.signing.manifests.arn,
  verifications: keys.signing.verifications.arn,
};
export const eksClusterName = cluster.clusterName;
export const repositoryUrls = registry.repositoryUrls;
export const alarmTopicArn = notifications.topicArn;
/** What `aws fis start-experiment` takes. */
export const chaosExperiments = chaos.templateIds;
export const regions = { primary: region, recovery: recoveryRegion };
