import fc from "fast-check";
import { faults } from "../../../policies/declared/faults";
import { ofCopy, ofKey, ofVault } from "../../../policies/declared/denials";
import type { Denial } from "../../../policies/model/denials";
import type { Resource } from "../../../policies/model/resource";
import { deployed, made } from "./small";
import { plain, watched } from "./watched";

/** A way in which everything of a chain of recovery may be, with no link broken. */
export interface Keeping {
  topology: "cluster" | "instance";
  /** Minutes of an hour at which dumps run: half an hour apart or less. */
  minutes: number[];
  lockDays: number;
  retention: number;
  /** Days after which earlier versions end, and archives of the configuration. */
  days: number;
  /** Class of the copies, and one into which a lifecycle moves objects. */
  storageClass: string;
  moved: string;
  /** Whether documents are text, as a first preview knows them, or objects. */
  asText: boolean;
}

const readable = ["STANDARD", "STANDARD_IA", "INTELLIGENT_TIERING", "GLACIER_IR"];

export const keeping: fc.Arbitrary<Keeping> = fc.record({
  topology: fc.constantFrom("cluster" as const, "instance" as const),
  minutes: fc
    .tuple(fc.integer({ min: 0, max: 29 }), fc.integer({ min: 5, max: 30 }))
    .map(([first, step]) => Array.from({ length: 12 }, (_, index) => first + index * step))
    .map((found) => found.filter((minute) => minute < 60)),
  lockDays: fc.integer({ min: 7, max: 30 }),
  retention: fc.integer({ min: 14, max: 35 }),
  days: fc.integer({ min: 30, max: 400 }),
  storageClass: fc.constantFrom(...readable),
  moved: fc.constantFrom(...readable),
  asText: fc.boolean(),
});

/** The simplest of them. */
export const simple: Keeping = {
  topology: "cluster",
  minutes: [0, 30],
  lockDays: 7,
  retention: 35,
  days: 90,
  storageClass: "STANDARD_IA",
  moved: "STANDARD_IA",
  asText: false,
};

const told = [
  "no new backup is made",
  "a backup fails",
  "no backup is known to restore",
  "pods are missing",
  "a volume fills",
];

/** A small stack in which every datum has a copy, with all that the copies rest on. */
export function vaulted(how: Keeping): Resource[] {
  const policy = denying([ofKey], "");
  const ofBoth = { deletionWindowInDays: 30, policy };
  const key = made("aws:kms/key:Key", "home-key", ofBoth);
  const far = made("aws:kms/key:Key", "far-key", { ...ofBoth, region: "eu-west-1" });
  const copy = bucket("copy", far, how, "eu-west-1");
  const vault = bucket("vault", key, how);
  const stack = [
    key,
    far,
    ...vault,
    ...copy,
    ...replication(vault[0]!, copy[0]!, key, far, how),
    ...database(key, far, how),
    ...jobs(vault[0]!, key, how),
    ...secrets(key),
    ...registry(),
  ];
  const resources = watched(
    faults.filter(({ name }) => told.includes(name)),
    plain,
    stack,
  );
  return withDashboard(resources);
}

function bucket(name: string, key: Resource, how: Keeping, region?: string): Resource[] {
  const itself = made("aws:s3/bucket:Bucket", name, {
    bucket: `small-${name}`,
    region,
    objectLockEnabled: true,
    forceDestroy: false,
  });
  const part = (kind: string, properties: object, behind: Record<string, Resource[]> = {}) =>
    made(
      `aws:s3/bucket${kind}:Bucket${kind}`,
      `${name}-${kind}`,
      { bucket: `small-${name}`, region, ...properties },
      { bucket: [itself], ...behind },
    );
  return [
    itself,
    part("Policy", { policy: denying(region ? ofCopy : ofVault, `arn:aws:s3:::small-${name}`) }),
    part("Versioning", { versioningConfiguration: { status: "Enabled" } }),
    part("ObjectLockConfiguration", {
      objectLockEnabled: "Enabled",
      rule: { defaultRetention: { mode: "GOVERNANCE", days: how.lockDays } },
    }),
    part(
      "ServerSideEncryptionConfiguration",
      {
        rules: [
          {
            applyServerSideEncryptionByDefault: { sseAlgorithm: "aws:kms", kmsMasterKeyId: "arn" },
          },
        ],
      },
      { rules: [key] },
    ),
    part("LifecycleConfiguration", {
      rules: [
        { status: "Enabled", filter: { prefix: "state/" }, expiration: { days: how.days } },
        {
          status: "Enabled",
          filter: { prefix: "" },
          noncurrentVersionExpiration: { noncurrentDays: how.days },
          abortIncompleteMultipartUpload: { daysAfterInitiation: 7 },
          transitions: [{ days: 30, storageClass: how.moved }],
        },
        // Of a copy only its age decides, beyond the longest promise.
        ...["daily/", "weekly/", "monthly/"]
          .filter(() => region !== undefined)
          .map((prefix) => ({
            status: "Enabled",
            filter: { prefix },
            expiration: { days: 220 },
            noncurrentVersionExpiration: { noncurrentDays: 7 },
          })),
      ],
    }),
  ];
}

const keyArn = "arn:aws:kms:eu-central-1:123456789012:key/1";

/** A document with every denial, as the program writes them. */
function denying(denials: Denial[], arn: string): string {
  const role = (name: string) => `arn:aws:iam::123456789012:role/${name}`;
  const Statement = denials.map(({ actions, on, condition }) => ({
    Effect: "Deny",
    Principal: "*",
    Action: actions,
    Resource: on.map((path) => `${arn}${path}`),
    ...(condition ? { Condition: condition } : {}),
  }));
  return JSON.stringify({ Version: "2012-10-17", Statement })
    .replaceAll("<deploy>", role("deploy"))
    .replaceAll("<key>", keyArn)
    .replaceAll("<role:replication>", role("backups-replication-role-1a2b3c4"))
    .replaceAll(/<role:(\w+)>/g, role("backup-identities-$1-role-1a2b3c4"));
}

/** A document that allows actions with resources, each pair a statement. */
function allowing(asText: boolean, ...pairs: [actions: string[], resource: string][]) {
  const Statement = pairs.map(([Action, Resource]) => ({ Effect: "Allow", Action, Resource }));
  const document = { Version: "2012-10-17", Statement };
  return asText ? JSON.stringify(document) : document;
}

function role(
  name: string,
  service: string,
  targets: Resource[],
  policy: ReturnType<typeof allowing>,
): Resource[] {
  const trust = {
    Effect: "Allow",
    Principal: { Service: service },
    Action: ["sts:AssumeRole", "sts:TagSession"],
  };
  const itself = made("aws:iam/role:Role", name, { assumeRolePolicy: { Statement: [trust] } });
  return [
    itself,
    made(
      "aws:iam/rolePolicy:RolePolicy",
      `${name}-policy`,
      { role: name, policy },
      { role: [itself], policy: targets },
    ),
  ];
}

function replication(
  vault: Resource,
  copy: Resource,
  key: Resource,
  far: Resource,
  { storageClass, asText }: Keeping,
): Resource[] {
  const [itself, policy] = role(
    "copier",
    "s3.amazonaws.com",
    [vault, copy, key, far],
    allowing(
      asText,
      [["s3:GetReplicationConfiguration", "s3:ListBucket"], "arn:aws:s3:::small-vault"],
      [
        ["s3:GetObjectVersionForReplication", "s3:GetObjectVersionAcl"],
        "arn:aws:s3:::small-vault/*",
      ],
      [["s3:ReplicateObject"], "arn:aws:s3:::small-copy/*"],
      [["kms:Decrypt", "kms:Encrypt"], keyArn],
    ),
  );
  return [
    itself!,
    policy!,
    made(
      "aws:s3/bucketReplicationConfig:BucketReplicationConfig",
      "replication",
      {
        bucket: "small-vault",
        role: "arn",
        rules: [
          {
            status: "Enabled",
            filter: { prefix: "" },
            deleteMarkerReplication: { status: "Disabled" },
            sourceSelectionCriteria: { sseKmsEncryptedObjects: { status: "Enabled" } },
            destination: {
              bucket: "arn:aws:s3:::small-copy",
              storageClass,
              encryptionConfiguration: { replicaKmsKeyId: "arn" },
              replicationTime: { status: "Enabled", time: { minutes: 15 } },
              metrics: { status: "Enabled" },
            },
          },
        ],
      },
      { bucket: [vault], role: [itself!], rules: [copy, far] },
    ),
  ];
}

function database(key: Resource, far: Resource, { topology, retention }: Keeping): Resource[] {
  const properties = {
    backupRetentionPeriod: retention,
    storageEncrypted: true,
    kmsKeyId: "arn",
    deletionProtection: true,
    skipFinalSnapshot: false,
    finalSnapshotIdentifier: "final",
    deleteAutomatedBackups: false,
  };
  if (topology === "cluster")
    return [
      made(
        "aws:rds/cluster:Cluster",
        "rows",
        { ...properties, clusterIdentifier: "small-cluster" },
        { kmsKeyId: [key] },
      ),
    ];
  const instance = made(
    "aws:rds/instance:Instance",
    "rows",
    { ...properties, identifier: "writer" },
    { kmsKeyId: [key] },
  );
  return [
    instance,
    made(
      "aws:rds/instanceAutomatedBackupsReplication:InstanceAutomatedBackupsReplication",
      "rows-copy",
      { sourceDbInstanceArn: "arn", region: "eu-west-1", retentionPeriod: 7, kmsKeyId: "arn" },
      { sourceDbInstanceArn: [instance], kmsKeyId: [far] },
    ),
  ];
}

function jobs(vault: Resource, key: Resource, { minutes, asText }: Keeping): Resource[] {
  const release = made(
    "kubernetes:helm.sh/v3:Release",
    "backup",
    { chart: "./charts/database-backup", values: {} },
    { values: [vault, key] },
  );
  const [itself, policy] = role(
    "backup-role",
    "pods.eks.amazonaws.com",
    [vault, key],
    allowing(
      asText,
      [["s3:ListBucket"], "arn:aws:s3:::small-vault"],
      [["s3:PutObject", "s3:GetObject", "s3:GetObjectVersion"], "arn:aws:s3:::small-vault/*"],
      [["kms:GenerateDataKey", "kms:Decrypt"], keyArn],
    ),
  );
  const schedules = {
    dump: `${minutes.join(",")} * * * *`,
    verify: "35 3 * * 0",
    "scratch-verify": "35 3 * * 0",
    drill: "35 4 1 * *",
    "scratch-drill": "35 4 1 * *",
    state: "15 1 * * *",
    restore: "0 0 1 1 *",
  };
  return [
    release,
    itself!,
    policy!,
    made(
      "aws:eks/podIdentityAssociation:PodIdentityAssociation",
      "backup-association",
      { namespace: "database", serviceAccount: "backup", roleArn: "arn" },
      { roleArn: [itself!] },
    ),
    ...Object.entries(schedules).map(([kind, schedule]) =>
      deployed(release, "batch/v1:CronJob", `database/backup-${kind}`, {
        spec: {
          schedule,
          suspend: kind === "restore",
          jobTemplate: {
            spec: {
              activeDeadlineSeconds: kind === "dump" ? 3300 : 14_400,
              template: { spec: pod(kind) },
            },
          },
        },
      }),
    ),
  ];
}

function pod(kind: string): object {
  const env = Object.entries({
    BACKUP_BUCKET: "small-vault",
    RPO_LIMIT_SECONDS: "3600",
    RTO_LIMIT_SECONDS: "14400",
  }).map(([name, value]) => ({ name, value }));
  return { serviceAccountName: "backup", containers: [{ args: [kind], env }] };
}

function secrets(key: Resource): Resource[] {
  const secret = made(
    "aws:secretsmanager/secret:Secret",
    "password",
    { kmsKeyId: "arn", recoveryWindowInDays: 30, replicas: [{ region: "eu-west-1" }] },
    { kmsKeyId: [key] },
  );
  return [
    secret,
    made(
      "aws:secretsmanager/secretVersion:SecretVersion",
      "password-value",
      { secretId: "arn" },
      { secretId: [secret] },
    ),
  ];
}

function registry(): Resource[] {
  return [
    made("aws:ecr/repository:Repository", "images", { name: "mini-xdr/backend" }),
    made("aws:ecr/replicationConfiguration:ReplicationConfiguration", "images-copy", {
      replicationConfiguration: {
        rules: [
          {
            destinations: [{ region: "eu-west-1" }],
            repositoryFilters: [{ filter: "mini-xdr/", filterType: "PREFIX_MATCH" }],
          },
        ],
      },
    }),
    made("aws:ecr/lifecyclePolicy:LifecyclePolicy", "images-lifecycle", {
      policy: {
        rules: [
          {
            selection: {
              tagStatus: "untagged",
              countType: "sinceImagePushed",
              countUnit: "days",
              countNumber: 30,
            },
          },
        ],
      },
    }),
  ];
}

/** Grafana's sidecar is a value of the release that watches. */
function withDashboard(resources: Resource[]): Resource[] {
  const release = resources.find(({ name }) => name === "watch")!;
  const grafana = {
    sidecar: { dashboards: { enabled: true, label: "grafana_dashboard", labelValue: "1" } },
  };
  const values = { ...(release.properties.values as object), grafana };
  return [
    ...resources.map((resource) =>
      resource === release
        ? { ...release, properties: { ...release.properties, values } }
        : resource,
    ),
    deployed(release, "core/v1:ConfigMap", "monitoring/board", {
      metadata: { labels: { grafana_dashboard: "1" } },
    }),
  ];
}
