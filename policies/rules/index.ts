import type { Group, Rule, RuleDefinition } from "../model/rule";
import backupSchedule from "./backups/backup-schedule";
import ownGroup from "./network/own-group";
import workVolume from "./backups/work-volume";
import windowsApart from "./stack/windows-apart";
import cacheSteady from "./cache/cache-steady";
import edgeFigures from "./observability/edge-figures";
import configurationFollowed from "./workloads/configuration-followed";
import secretsFollowed from "./workloads/secrets-followed";
import backupIdentities from "./backups/backup-identities";
import backupsWatched from "./backups/backups-watched";
import vaultGuarded from "./backups/vault-guarded";
import bucketEncryption from "./backups/bucket-encryption";
import bucketKept from "./backups/bucket-kept";
import bucketLifecycle from "./backups/bucket-lifecycle";
import bucketObjectLock from "./backups/bucket-object-lock";
import bucketPublicAccess from "./backups/bucket-public-access";
import bucketReplication from "./backups/bucket-replication";
import bucketTls from "./backups/bucket-tls";
import bucketVersioning from "./backups/bucket-versioning";
import cacheEncryption from "./cache/cache-encryption";
import cacheFailover from "./cache/cache-failover";
import cacheSnapshots from "./cache/cache-snapshots";
import cacheTls from "./cache/cache-tls";
import cacheVersion from "./cache/cache-version";
import cacheZones from "./cache/cache-zones";
import clusterAccess from "./cluster/cluster-access";
import clusterAddons from "./cluster/cluster-addons";
import clusterAuthentication from "./cluster/cluster-authentication";
import clusterCreator from "./cluster/cluster-creator";
import clusterDeletionProtection from "./cluster/cluster-deletion-protection";
import clusterEndpoint from "./cluster/cluster-endpoint";
import clusterLogs from "./cluster/cluster-logs";
import clusterNodes from "./cluster/cluster-nodes";
import clusterSecretsEncryption from "./cluster/cluster-secrets-encryption";
import clusterVersion from "./cluster/cluster-version";
import clusterZones from "./cluster/cluster-zones";
import containerLogs from "./cluster/container-logs";
import nodePool from "./cluster/node-pool";
import nodeSubnets from "./cluster/node-subnets";
import nodesOutlast from "./cluster/nodes-outlast";
import storageClass from "./cluster/storage-class";
import databaseAuthorities from "./database/database-authorities";
import databaseAudit from "./database/database-audit";
import databaseAutomatedBackupsKept from "./database/database-automated-backups-kept";
import databaseBackupCopy from "./database/database-backup-copy";
import databaseBackupRetention from "./database/database-backup-retention";
import databaseCertificate from "./database/database-certificate";
import databaseDeletionProtection from "./database/database-deletion-protection";
import databaseEncryption from "./database/database-encryption";
import databaseEvents from "./database/database-events";
import databaseFinalSnapshot from "./database/database-final-snapshot";
import databaseInsights from "./database/database-insights";
import databaseLogs from "./database/database-logs";
import databaseMajorVersion from "./database/database-major-version";
import databaseMinorUpgrades from "./database/database-minor-upgrades";
import databaseMonitoring from "./database/database-monitoring";
import databaseMultiAz from "./database/database-multi-az";
import databaseParameters from "./database/database-parameters";
import databasePrivate from "./database/database-private";
import databaseReadReplicas from "./database/database-read-replicas";
import databaseSnapshotTags from "./database/database-snapshot-tags";
import databaseStorageGrows from "./database/database-storage-grows";
import databaseStorage from "./database/database-storage";
import databaseSubnets from "./database/database-subnets";
import databaseTls from "./database/database-tls";
import chartImages from "./declared/chart-images";
import declaredCharts from "./declared/declared-charts";
import declaredContainers from "./declared/declared-containers";
import declaredImages from "./declared/declared-images";
import declaredOptions from "./declared/declared-options";
import declaredProperties from "./declared/declared-properties";
import declaredTargets from "./declared/declared-targets";
import declaredTypes from "./declared/declared-types";
import ownComponent from "./declared/own-component";
import ownRegistry from "./declared/own-registry";
import expected from "./declared/expected";
import bindings from "./edge/bindings";
import certificateRenewal from "./edge/certificate-renewal";
import externalCheck from "./edge/external-check";
import loadBalancerCrossZone from "./edge/load-balancer-cross-zone";
import loadBalancerProtection from "./edge/load-balancer-protection";
import loadBalancerZonalShift from "./edge/load-balancer-zonal-shift";
import loadBalancerZones from "./edge/load-balancer-zones";
import outsideView from "./edge/outside-view";
import targetHealth from "./edge/target-health";
import targetType from "./edge/target-type";
import tlsListener from "./edge/tls-listener";
import trafficRules from "./edge/traffic-rules";
import usersAddress from "./edge/users-address";
import declaredRights from "./keys/declared-rights";
import declaredSecrets from "./keys/declared-secrets";
import keyDeletionWindow from "./keys/key-deletion-window";
import keyRegion from "./keys/key-region";
import keyGuarded from "./keys/key-guarded";
import signingKeys from "./keys/signing-keys";
import keyRotation from "./keys/key-rotation";
import rights from "./keys/rights";
import secretEncryption from "./keys/secret-encryption";
import secretRecoveryWindow from "./keys/secret-recovery-window";
import secretReplicated from "./keys/secret-replicated";
import endpointRoutes from "./network/endpoint-routes";
import natPerZone from "./network/nat-per-zone";
import privateEgress from "./network/private-egress";
import privateSubnets from "./network/private-subnets";
import publicEgress from "./network/public-egress";
import traffic from "./network/traffic";
import vpcDns from "./network/vpc-dns";
import alarmCatalogue from "./observability/alarm-catalogue";
import alertRoutes from "./observability/alert-routes";
import alertmanagers from "./observability/alertmanagers";
import expectedAlerts from "./observability/expected-alerts";
import metricsRetention from "./observability/metrics-retention";
import topicHeard from "./observability/topic-heard";
import failoverBudget from "./pooler/failover-budget";
import poolSize from "./pooler/pool-size";
import poolerClients from "./pooler/pooler-clients";
import poolerResolver from "./pooler/pooler-resolver";
import poolerSettings from "./pooler/pooler-settings";
import poolerTls from "./pooler/pooler-tls";
import poolerTopology from "./pooler/pooler-topology";
import recoveryAccount from "./stack/recovery-account";
import alarmNotifies from "./stack/alarm-notifies";
import alone from "./stack/alone";
import availabilityLedger from "./stack/availability-ledger";
import changesApplied from "./stack/changes-applied";
import changesEnd from "./stack/changes-end";
import chaosStops from "./stack/chaos-stops";
import configuredOnce from "./stack/configured-once";
import copiesElsewhere from "./stack/copies-elsewhere";
import dataOutlivesCluster from "./stack/data-outlives-cluster";
import dataProtected from "./stack/data-protected";
import restores from "./stack/restores";
import survives from "./stack/survives";
import takesOver from "./stack/takes-over";
import tells from "./stack/tells";
import addresses from "./workloads/addresses";
import autoscaler from "./workloads/autoscaler";
import disruptionBudget from "./workloads/disruption-budget";
import drain from "./workloads/drain";
import hostAntiAffinity from "./workloads/host-anti-affinity";
import keptVolume from "./workloads/kept-volume";
import loadBalancerDrain from "./workloads/load-balancer-drain";
import lostNode from "./workloads/lost-node";
import networkPolicy from "./workloads/network-policy";
import ownPods from "./workloads/own-pods";
import pinnedImages from "./workloads/pinned-images";
import podSecurity from "./workloads/pod-security";
import portsLead from "./workloads/ports-lead";
import priorities from "./workloads/priorities";
import probes from "./workloads/probes";
import registryCopy from "./workloads/registry-copy";
import registryLifecycle from "./workloads/registry-lifecycle";
import releaseAtomic from "./workloads/release-atomic";
import releaseOrder from "./workloads/release-order";
import releaseReadable from "./workloads/release-readable";
import releaseTimeout from "./workloads/release-timeout";
import replicas from "./workloads/replicas";
import resources from "./workloads/resources";
import rollingUpdate from "./workloads/rolling-update";
import rollout from "./workloads/rollout";
import selectorsMatch from "./workloads/selectors-match";
import startupProbe from "./workloads/startup-probe";
import unhealthyPodsEvicted from "./workloads/unhealthy-pods-evicted";
import zoneSpread from "./workloads/zone-spread";

/** Every rule, by what it protects. A test compares the list with the files. */
const byGroup: Record<Group, RuleDefinition[]> = {
  declared: [
    declaredCharts,
    chartImages,
    ownRegistry,
    declaredImages,
    declaredOptions,
    declaredProperties,
    declaredTargets,
    declaredTypes,
    ownComponent,
    expected,
    declaredContainers,
  ],
  workloads: [
    configurationFollowed,
    secretsFollowed,
    addresses,
    autoscaler,
    disruptionBudget,
    drain,
    hostAntiAffinity,
    keptVolume,
    loadBalancerDrain,
    lostNode,
    networkPolicy,
    ownPods,
    pinnedImages,
    podSecurity,
    priorities,
    probes,
    registryCopy,
    registryLifecycle,
    releaseAtomic,
    releaseOrder,
    releaseReadable,
    releaseTimeout,
    replicas,
    resources,
    rollingUpdate,
    rollout,
    selectorsMatch,
    startupProbe,
    unhealthyPodsEvicted,
    zoneSpread,
    portsLead,
  ],
  database: [
    databaseAuthorities,
    databaseAudit,
    databaseAutomatedBackupsKept,
    databaseBackupCopy,
    databaseBackupRetention,
    databaseCertificate,
    databaseDeletionProtection,
    databaseEncryption,
    databaseEvents,
    databaseFinalSnapshot,
    databaseInsights,
    databaseLogs,
    databaseMajorVersion,
    databaseMinorUpgrades,
    databaseMonitoring,
    databaseMultiAz,
    databaseParameters,
    databasePrivate,
    databaseReadReplicas,
    databaseSnapshotTags,
    databaseStorageGrows,
    databaseStorage,
    databaseSubnets,
    databaseTls,
  ],
  pooler: [
    failoverBudget,
    poolerClients,
    poolerResolver,
    poolerSettings,
    poolerTls,
    poolerTopology,
    poolSize,
  ],
  cluster: [
    clusterAccess,
    clusterAddons,
    clusterAuthentication,
    clusterCreator,
    clusterDeletionProtection,
    clusterEndpoint,
    clusterLogs,
    clusterNodes,
    clusterSecretsEncryption,
    clusterVersion,
    clusterZones,
    containerLogs,
    nodePool,
    nodeSubnets,
    nodesOutlast,
    storageClass,
  ],
  network: [
    ownGroup,
    endpointRoutes,
    natPerZone,
    privateEgress,
    privateSubnets,
    publicEgress,
    traffic,
    vpcDns,
  ],
  backups: [
    backupIdentities,
    backupsWatched,
    vaultGuarded,
    workVolume,
    backupSchedule,
    bucketEncryption,
    bucketKept,
    bucketLifecycle,
    bucketObjectLock,
    bucketPublicAccess,
    bucketReplication,
    bucketTls,
    bucketVersioning,
  ],
  cache: [
    cacheSteady,
    cacheEncryption,
    cacheFailover,
    cacheSnapshots,
    cacheTls,
    cacheVersion,
    cacheZones,
  ],
  edge: [
    certificateRenewal,
    externalCheck,
    loadBalancerCrossZone,
    loadBalancerProtection,
    loadBalancerZonalShift,
    loadBalancerZones,
    outsideView,
    targetHealth,
    targetType,
    tlsListener,
    trafficRules,
    usersAddress,
    bindings,
  ],
  keys: [
    keyGuarded,
    signingKeys,
    declaredSecrets,
    keyDeletionWindow,
    keyRotation,
    rights,
    secretEncryption,
    secretRecoveryWindow,
    secretReplicated,
    keyRegion,
    declaredRights,
  ],
  observability: [
    edgeFigures,
    alarmCatalogue,
    alertmanagers,
    alertRoutes,
    expectedAlerts,
    metricsRetention,
    topicHeard,
  ],
  stack: [
    recoveryAccount,
    windowsApart,
    alarmNotifies,
    availabilityLedger,
    changesApplied,
    changesEnd,
    chaosStops,
    dataOutlivesCluster,
    dataProtected,
    restores,
    survives,
    tells,
    configuredOnce,
    copiesElsewhere,
    alone,
    takesOver,
  ],
};

/** Every rule of the pack. */
export const rules: Rule[] = (Object.keys(byGroup) as Group[]).flatMap((group) =>
  byGroup[group].map((rule) => ({ ...rule, group })),
);
