import { between, equals, matches, oneOf } from "../../model/expectation";
import {
  by,
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
  security,
  wording,
  type Declaration,
  type Fields,
} from "../declaration";
import { name } from "./objects";
import { key, region, replicaKey, role, securityGroup, subnet, tags, topic } from "./references";

const minutes = (time = "") => {
  const [hours, rest] = time.slice(-5).split(":").map(Number);
  return (hours ?? NaN) * 60 + (rest ?? NaN);
};
const day = (time = "") => time.slice(0, -5);

const hour = only(
  {
    says: "a window of two hours at most, from 00:00 to 07:59 UTC",
    accepts: (window) => {
      const [, from, to] =
        /^((?:\w{3}:)?0[0-7]:[0-5]\d)-((?:\w{3}:)?0[0-7]:[0-5]\d)$/.exec(String(window)) ?? [];
      const length = minutes(to) - minutes(from);
      return day(from) === day(to) && length >= 30 && length <= 120;
    },
  },
  "AWS restarts servers then, and by day people work",
);

/** Changes that need a restart wait for the window. */
const atNight = only(equals(false), "a restart by day is an outage that nobody announced");

/** Parameters of PostgreSQL by name; what is not here keeps AWS's own value. */
const parameter = (value: Declaration) => ({
  name: judged("declared-properties"),
  value,
  applyMethod: fixed("immediate", "pending-reboot"),
});
const number = (least: number, most: number, why: string) =>
  parameter(
    only(
      {
        says: `from ${least} to ${most}`,
        accepts: (text) =>
          typeof text === "string" &&
          /^\d+$/.test(text) &&
          Number(text) >= least &&
          Number(text) <= most,
      },
      why,
    ),
  );

const parameterGroup: Fields = {
  description: free(wording),
  family: judgedWithin(
    matches(/^postgres1[5-9]$/, "the engine's own major version"),
    "AWS refuses it",
    "database-tls",
  ),
  namePrefix: name,
  skipDestroy: fixed(true),
  parameters: by("name", {
    "rds.force_ssl": parameter(judged("database-tls", "database-parameters")),
    max_connections: { ...parameter(judged("pool-size")), applyMethod: fixed("pending-reboot") },
    password_encryption: parameter(
      judgedWithin(
        equals("scram-sha-256"),
        "passwords would be stored weakly",
        "database-parameters",
      ),
    ),
    shared_preload_libraries: {
      ...parameter(fixed("pg_stat_statements")),
      applyMethod: fixed("pending-reboot"),
    },
    idle_in_transaction_session_timeout: number(
      10000,
      600000,
      "a forgotten transaction holds its locks",
    ),
    statement_timeout: number(30000, 3600000, "a query that never ends takes its connection along"),
    lock_timeout: number(5000, 600000, "a wait that never ends takes its connection along"),
    log_min_duration_statement: number(100, 60000, "the log is what a slow outage is read from"),
    hot_standby_feedback: parameter(fixed("1")),
    log_lock_waits: parameter(fixed("1")),
    log_temp_files: number(0, 1048576, "the log is what a slow outage is read from"),
    log_connections: parameter(judged("database-audit")),
    log_disconnections: parameter(judged("database-audit")),
    log_statement: parameter(judged("database-audit")),
    tcp_keepalives_idle: number(1, 10, "a client that is gone keeps its connection"),
    tcp_keepalives_interval: number(1, 5, "a client that is gone keeps its connection"),
    tcp_keepalives_count: number(1, 5, "a client that is gone keeps its connection"),
    "rds.logical_replication": parameter(fixed("0")),
  }),
};

/** What a Multi-AZ DB cluster and an instance share. */
const both: Fields = {
  deletionProtection: judged("database-deletion-protection"),
  enabledCloudwatchLogsExports: judged("database-logs"),
  engine: judged("database-major-version"),
  engineVersion: judgedWithin(
    matches(/^1[5-9]$/, "15 or a later major"),
    "an older one is no longer patched",
    "database-major-version",
  ),
  finalSnapshotIdentifier: judged("database-final-snapshot"),
  performanceInsightsRetentionPeriod: only(between(7, 731), "a week is read back"),
};

export const databases: Record<string, Fields> = {
  "aws:rds/cluster:Cluster": {
    ...tags,
    allocatedStorage: judgedWithin(
      between(100, 65536),
      "AWS refuses less; a full disk stops the writer",
      "database-storage",
    ),
    allowMajorVersionUpgrade: judged("database-minor-upgrades"),
    applyImmediately: atNight,
    autoMinorVersionUpgrade: judged("database-minor-upgrades"),
    availabilityZones: judged("database-multi-az", "database-subnets"),
    backupRetentionPeriod: judged("database-backup-retention"),
    caCertificateIdentifier: judged("database-certificate"),
    clusterIdentifier: judged("database-events", "alarm-catalogue"),
    copyTagsToSnapshot: judged("database-snapshot-tags"),
    databaseName: free(identity),
    dbClusterInstanceClass: judgedWithin(
      matches(/^db\.[mr]\d+gd\.(?!medium)\w+$/, "a class with local disks, large or larger"),
      "AWS makes no DB cluster of another one",
      "database-multi-az",
    ),
    dbClusterParameterGroupName: judged("database-tls", "pool-size"),
    dbSubnetGroupName: judged("database-subnets"),
    iops: judged("database-storage"),
    kmsKeyId: judgedAndLeadsTo([key], "database-encryption"),
    masterPassword: leadsTo("random:index/randomPassword:RandomPassword"),
    masterUsername: free(identity),
    monitoringInterval: judged("database-monitoring"),
    monitoringRoleArn: judgedAndLeadsTo([role], "database-monitoring"),
    performanceInsightsEnabled: judged("database-insights"),
    performanceInsightsKmsKeyId: leadsTo(key),
    ...both,
    port: fixed(5432),
    preferredBackupWindow: hour,
    preferredMaintenanceWindow: hour,
    skipFinalSnapshot: judged("database-final-snapshot"),
    storageEncrypted: judged("database-encryption"),
    storageType: judgedWithin(
      oneOf("gp3", "io1", "io2"),
      "magnetic disks are none",
      "database-storage",
    ),
    vpcSecurityGroupIds: leadsTo(securityGroup),
  },
  "aws:rds/instance:Instance": {
    ...tags,
    allocatedStorage: only(between(20, 65536), "AWS refuses less; a full disk stops the writer"),
    allowMajorVersionUpgrade: judged("database-minor-upgrades"),
    applyImmediately: atNight,
    autoMinorVersionUpgrade: judged("database-minor-upgrades"),
    availabilityZone: judged("database-read-replicas"),
    backupRetentionPeriod: judged("database-backup-retention"),
    backupWindow: hour,
    caCertIdentifier: judged("database-certificate"),
    copyTagsToSnapshot: judged("database-snapshot-tags"),
    dbName: free(identity),
    dbSubnetGroupName: judged("database-subnets"),
    deleteAutomatedBackups: judged("database-automated-backups-kept"),
    identifier: judged("database-events", "alarm-catalogue"),
    instanceClass: only(
      matches(
        /^db\.(t4g\.(medium|large|xlarge|2xlarge)|[mr]\d+gd?\.\w+)$/,
        "4 GiB of memory or more",
      ),
      "fewer do not hold max_connections",
    ),
    kmsKeyId: leadsTo(key),
    maintenanceWindow: hour,
    maxAllocatedStorage: judged("database-storage-grows"),
    monitoringInterval: judged("database-monitoring"),
    monitoringRoleArn: judgedAndLeadsTo([role], "database-monitoring"),
    multiAz: judged("database-multi-az"),
    parameterGroupName: judged("database-tls", "pool-size"),
    password: leadsTo("random:index/randomPassword:RandomPassword"),
    performanceInsightsEnabled: judged("database-insights"),
    performanceInsightsKmsKeyId: leadsTo(key),
    ...both,
    port: fixed(5432),
    publiclyAccessible: judged("database-private"),
    replicateSourceDb: judged("database-read-replicas"),
    skipFinalSnapshot: judged("database-final-snapshot"),
    storageEncrypted: judged("database-encryption"),
    storageType: fixed("gp3", "io1", "io2"),
    username: free(identity),
    vpcSecurityGroupIds: leadsTo(securityGroup),
  },
  "aws:rds/parameterGroup:ParameterGroup": parameterGroup,
  "aws:rds/clusterParameterGroup:ClusterParameterGroup": parameterGroup,
  "aws:rds/subnetGroup:SubnetGroup": {
    description: free(wording),
    name,
    subnetIds: judgedAndLeadsTo([subnet], "database-subnets"),
  },
  "aws:rds/eventSubscription:EventSubscription": {
    eventCategories: judged("database-events"),
    name,
    snsTopic: judgedAndLeadsTo([topic], "database-events"),
    sourceIds: judged("database-events"),
    sourceType: fixed("db-cluster", "db-instance"),
    enabled: fixed(true),
  },
  "aws:rds/instanceAutomatedBackupsReplication:InstanceAutomatedBackupsReplication": {
    kmsKeyId: judgedAndLeadsTo([key], "database-backup-copy"),
    region: judged("database-backup-copy"),
    retentionPeriod: judged("database-backup-copy"),
    sourceDbInstanceArn: judged("database-backup-copy"),
  },
  "aws:elasticache/replicationGroup:ReplicationGroup": {
    ...tags,
    atRestEncryptionEnabled: judged("cache-encryption"),
    authToken: judgedAndLeadsTo(["random:index/randomPassword:RandomPassword"], "cache-tls"),
    applyImmediately: atNight,
    authTokenUpdateStrategy: judged("cache-tls"),
    autoMinorVersionUpgrade: judged("cache-version"),
    automaticFailoverEnabled: judged("cache-failover"),
    description: free(wording),
    engine: fixed("valkey"),
    engineVersion: judgedWithin(
      matches(/^[89]\.\d$/, "8.0 or later"),
      "an older one is no longer patched",
      "cache-version",
    ),
    kmsKeyId: judgedAndLeadsTo([key], "cache-encryption"),
    logDeliveryConfigurations: each({
      destination: leadsTo("aws:cloudwatch/logGroup:LogGroup"),
      destinationType: fixed("cloudwatch-logs"),
      logFormat: fixed("json"),
      logType: fixed("slow-log", "engine-log"),
    }),
    maintenanceWindow: hour,
    multiAzEnabled: judged("cache-failover", "availability-ledger"),
    nodeType: only(
      matches(/^cache\.(t4g\.(small|medium)|[mr]\d+g\.\w+)$/, "cache.t4g.small or larger"),
      "a smaller one evicts what it has just been given",
    ),
    notificationTopicArn: leadsTo(topic),
    numCacheClusters: judged("cache-zones"),
    parameterGroupName: leadsTo("aws:elasticache/parameterGroup:ParameterGroup"),
    port: fixed(6379),
    preferredCacheClusterAzs: judged("cache-zones"),
    replicationGroupId: judged("alarm-catalogue"),
    securityGroupIds: leadsTo(securityGroup),
    snapshotRetentionLimit: judged("cache-snapshots"),
    snapshotWindow: hour,
    subnetGroupName: judged("cache-zones"),
    transitEncryptionEnabled: judged("cache-tls"),
    transitEncryptionMode: judged("cache-tls"),
  },
  "aws:elasticache/parameterGroup:ParameterGroup": {
    description: free(wording),
    family: only(matches(/^valkey\d$/, "Valkey's"), "AWS refuses it"),
    name,
    parameters: by("name", {
      "maxmemory-policy": {
        name: judged("declared-properties"),
        value: only(
          oneOf("allkeys-lru", "allkeys-lfu"),
          "a full cache that may not evict everything refuses writes",
        ),
      },
    }),
  },
  "aws:elasticache/subnetGroup:SubnetGroup": {
    description: free(wording),
    name,
    subnetIds: judgedAndLeadsTo([subnet], "cache-zones"),
  },
};

const bucket = leadsTo("aws:s3/bucket:Bucket");

export const buckets: Record<string, Fields> = {
  "aws:s3/bucket:Bucket": {
    ...tags,
    bucket: free(identity),
    forceDestroy: judged("bucket-kept"),
    objectLockEnabled: judged("bucket-object-lock"),
    region,
  },
  "aws:s3/bucketVersioning:BucketVersioning": {
    bucket,
    region,
    versioningConfiguration: { status: judged("bucket-versioning") },
  },
  "aws:s3/bucketOwnershipControls:BucketOwnershipControls": {
    bucket,
    region,
    rule: { objectOwnership: fixed("BucketOwnerEnforced") },
  },
  "aws:s3/bucketPolicy:BucketPolicy": {
    bucket,
    region,
    policy: document("bucket-tls", "rights", "vault-guarded"),
  },
  "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": {
    bucket,
    region,
    blockPublicAcls: judged("bucket-public-access"),
    blockPublicPolicy: judged("bucket-public-access"),
    ignorePublicAcls: judged("bucket-public-access"),
    restrictPublicBuckets: judged("bucket-public-access"),
  },
  "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration": {
    bucket,
    region,
    objectLockEnabled: judged("bucket-object-lock"),
    rule: {
      defaultRetention: {
        days: judgedWithin(
          between(7, 200),
          "what is locked for longer cannot be deleted, whatever it costs",
          "bucket-object-lock",
        ),
        mode: judged("bucket-object-lock"),
      },
    },
  },
  "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": {
    bucket,
    region,
    rules: each({
      applyServerSideEncryptionByDefault: {
        kmsMasterKeyId: judgedAndLeadsTo([key], "bucket-encryption"),
        sseAlgorithm: judged("bucket-encryption"),
      },
      bucketKeyEnabled: free("it only makes encryption cheaper"),
    }),
  },
  "aws:s3/bucketReplicationConfig:BucketReplicationConfig": {
    bucket,
    role: judgedAndLeadsTo([role], "bucket-replication"),
    rules: each({
      deleteMarkerReplication: { status: judged("bucket-replication") },
      destination: {
        account: judged("recovery-account"),
        accessControlTranslation: { owner: judged("recovery-account") },
        bucket: judgedAndLeadsTo(["aws:s3/bucket:Bucket", key], "bucket-replication"),
        encryptionConfiguration: { replicaKmsKeyId: judged("bucket-replication") },
        metrics: {
          eventThreshold: { minutes: fixed(15) },
          status: judged("bucket-replication"),
        },
        replicationTime: {
          status: judged("bucket-replication"),
          time: { minutes: judged("bucket-replication") },
        },
        storageClass: only(
          oneOf("STANDARD", "STANDARD_IA", "INTELLIGENT_TIERING"),
          "others take hours to give anything back, or keep it in one zone",
        ),
      },
      filter: { prefix: judged("bucket-replication") },
      id: name,
      priority: fixed(1),
      sourceSelectionCriteria: {
        sseKmsEncryptedObjects: { status: judged("bucket-replication") },
      },
      status: judged("bucket-replication"),
    }),
  },
  "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": {
    bucket,
    region,
    // Transitions are not declared: an archive gives nothing back in time.
    rules: each({
      abortIncompleteMultipartUpload: { daysAfterInitiation: judged("bucket-lifecycle") },
      expiration: { days: only(between(1, 3650), "AWS takes no other; of what is judged") },
      filter: {
        and: {
          prefix: free("only what is marked as pruned expires"),
          tags: { pruned: judged("bucket-lifecycle") },
        },
        prefix: judged("bucket-lifecycle"),
      },
      id: name,
      noncurrentVersionExpiration: {
        noncurrentDays: judgedWithin(
          between(7, 365),
          "an overwritten backup can be brought back for a week",
          "bucket-lifecycle",
        ),
      },
      status: judged("bucket-lifecycle"),
    }),
  },
};

export const secrets: Record<string, Fields> = {
  "aws:kms/key:Key": {
    ...tags,
    deletionWindowInDays: judged("key-deletion-window"),
    description: free(wording),
    enableKeyRotation: judged("key-rotation"),
    policy: document("rights", "key-guarded"),
    region,
    rotationPeriodInDays: judged("key-rotation"),
    isEnabled: fixed(true),
    keyUsage: judged("signing-keys"),
    customerMasterKeySpec: judged("signing-keys"),
    multiRegion: judged("signing-keys"),
  },
  [replicaKey]: {
    ...tags,
    deletionWindowInDays: judged("key-deletion-window"),
    description: free(wording),
    enabled: fixed(true),
    policy: document("rights", "key-guarded"),
    primaryKeyArn: judgedAndLeadsTo([key], "signing-keys"),
    region: judged("signing-keys"),
  },
  "aws:kms/alias:Alias": { name, region, targetKeyId: leadsTo(key, replicaKey) },
  "aws:secretsmanager/secret:Secret": {
    ...tags,
    kmsKeyId: judgedAndLeadsTo([key], "secret-encryption"),
    name,
    recoveryWindowInDays: judged("secret-recovery-window"),
    replicas: each({ region: judged("secret-replicated") }),
    description: free(wording),
  },
  "aws:secretsmanager/secretVersion:SecretVersion": {
    secretId: leadsTo("aws:secretsmanager/secret:Secret"),
    secretString: leadsTo("random:index/randomPassword:RandomPassword"),
  },
  "random:index/randomPassword:RandomPassword": {
    length: only(between(24, 128), security),
    special: fixed(false),
    keepers: {
      rotation: only(
        matches(/^[1-9]\d{0,4}$/, "how often passwords have been rotated, up to 99999"),
        "one that changes by itself changes every password under those who use it",
      ),
    },
  },
  "random:index/randomId:RandomId": {
    byteLength: only(between(2, 16), "unique"),
    keepers: each(name),
  },
  "tls:index/privateKey:PrivateKey": {
    algorithm: fixed("ECDSA"),
    ecdsaCurve: fixed("P256", "P384"),
  },
  "tls:index/selfSignedCert:SelfSignedCert": {
    allowedUses: fixed("digital_signature", "server_auth", "cert_signing"),
    dnsNames: fixed("pgbouncer.database.svc.cluster.local"),
    earlyRenewalHours: only(between(720, 4380), "a renewal needs a month to be noticed"),
    isCaCertificate: fixed(true),
    privateKeyPem: leadsTo("tls:index/privateKey:PrivateKey"),
    subject: { commonName: fixed("pgbouncer") },
    validityPeriodHours: only(between(4380, 26280), "half a year or more"),
  },
};
