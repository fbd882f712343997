import { Netmask } from "netmask";
import * as z from "zod";

// A stack's settings are read once: compiling a parser for them takes longer than it saves.
z.config({ jitless: true });

/**
 * Every configuration key: its type, its bounds, its default and its meaning. The README's table is
 * made from it, and `config.ts` reads and checks a stack's settings by it.
 */

const regionName = z
  .string()
  .regex(/^[a-z]{2}(-[a-z]+)+-\d$/, "a region name, such as eu-central-1");

const cidr = z.string().refine(isNetwork, "an IPv4 network in CIDR form without host bits");

const image = z
  .string()
  .regex(
    /^[A-Za-z0-9_][\w.-]{0,127}(@sha256:[0-9a-f]{64})?$/,
    "TAG or TAG@sha256:DIGEST (64 hexadecimal digits)",
  )
  .refine((text) => !text.startsWith("latest"), "a fixed tag, never latest");

const role = z
  .string("an IAM role's ARN")
  .regex(/^arn:aws[\w-]*:iam::\d{12}:role\/.+$/, "an IAM role's ARN");

const wholeNumber = (least: number, most: number) =>
  z
    .int(`a whole number from ${least} to ${most}`)
    .min(least, `a whole number from ${least} to ${most}`)
    .max(most, `a whole number from ${least} to ${most}`);

const replicas = z
  .strictObject({
    minReplicas: wholeNumber(3, 100).default(3).describe("the autoscaler's minimum, 3 or more"),
    maxReplicas: wholeNumber(3, 100).default(12).describe("the autoscaler's maximum"),
  })
  .refine((r) => r.minReplicas <= r.maxReplicas, "minReplicas no greater than maxReplicas");

/**
 * What gp3 takes for PostgreSQL in a Multi-AZ DB cluster (RDS User Guide, "Amazon RDS DB instance
 * storage"). Below 400 GiB it takes no IOPS at all, while the API wants them for such a cluster
 * (RDS API Reference, CreateDBCluster), so no smaller one is asked for.
 */
export const gp3 = { leastGb: 400, leastIops: 12_000, mostIops: 64_000 };

/** The fewest and the most IOPS that RDS takes for a disk of gp3: half to 50 times its GiB (CreateDBCluster). */
export function iopsOfGp3(storageGb: number): { least: number; most: number } {
  return {
    least: Math.max(gp3.leastIops, Math.ceil(storageGb / 2)),
    most: Math.min(gp3.mostIops, storageGb * 50),
  };
}

/** Classes with disks of their own, which a Multi-AZ DB cluster needs (RDS User Guide, "Multi-AZ DB cluster deployments"). */
const clusterClass = /^db\.[cmrx]\d+i?e?g?dn?\.\w+$/;

/** What RDS would refuse of a database, key by key: its name, its value and what is allowed. */
export function refusedByRds(database: z.output<(typeof schema)["database"]>): Refusal[] {
  const { topology, instanceClass, storageGb, iops, readReplicas } = database;
  const found: Refusal[] = [];
  const refuse = (key: string, value: unknown, allowed: string) =>
    found.push([`database.${key}`, value, allowed]);
  if (topology === "instance") {
    if (readReplicas === undefined)
      refuse("readReplicas", undefined, "1 to 5 in the instance topology");
    if (iops !== undefined)
      refuse("iops", iops, "absent in the instance topology; remove it: gp3 has 3,000 or more");
    return found;
  }
  if (readReplicas !== undefined)
    refuse("readReplicas", readReplicas, "absent in the cluster topology");
  if (!clusterClass.test(instanceClass))
    refuse("instanceClass", instanceClass, "a class with local disks, such as db.r6gd.large");
  const { least, most } = iopsOfGp3(storageGb);
  if (storageGb < gp3.leastGb)
    refuse(
      "storageGb",
      storageGb,
      `${gp3.leastGb} or more in the cluster topology: RDS takes no IOPS for less of gp3`,
    );
  else if (iops !== undefined && (iops < least || iops > most))
    refuse(
      "iops",
      iops,
      `from ${least} to ${most} with database.storageGb ${storageGb}, or absent`,
    );
  return found;
}

/** A key, its value and what is allowed instead. */
export type Refusal = [key: string, value: unknown, allowed: string];

export const schema = {
  tier: z
    .enum(["starter", "pro", "enterprise"], "one of starter, pro, enterprise")
    .default("enterprise")
    .describe("the promise: 99 %, 99.5 % or 99.9 % a month; sets SLO alerts and policies"),
  recoveryRegion: regionName
    .optional()
    .describe("second Region, for copies; not the stack's own; absent only beside recovery.of"),
  recovery: z
    .strictObject({
      of: z
        .string()
        .regex(/^[a-z][a-z0-9-]{0,20}$/, "a stack's name, such as prod")
        .describe("the stack whose Region is lost: its images are taken over, and its name"),
    })
    .optional()
    .describe("a stack that takes the place of one in a lost Region"),
  domain: z
    .strictObject({
      name: z
        .string()
        .regex(/^([a-z0-9-]+\.)+[a-z]{2,}$/, "a DNS name in lower case")
        .describe("the name that users open; it survives the loss of the cluster"),
      hostedZoneId: z
        .string()
        .regex(/^Z[A-Z0-9]{3,31}$/, "a Route 53 hosted zone id, such as Z0123456789ABC")
        .describe("the public hosted zone in which that name is written"),
    })
    .describe("where the platform is served"),
  network: z
    .strictObject({
      cidr: cidr
        .refine(
          (text) => !isNetwork(text) || [16, 17, 18, 19, 20].includes(new Netmask(text).bitmask),
          "a prefix length from /16 to /20",
        )
        .default("10.20.0.0/16")
        .describe("the VPC's addresses; pods draw from them too"),
      zones: z
        .array(z.string().regex(/^[a-z]{2}(-[a-z]+)+-\d[a-h]$/, "a zone such as eu-central-1a"))
        .min(3, "at least 3 availability zones")
        .max(8, "at most 8 availability zones")
        .refine((zones) => new Set(zones).size === zones.length, "each zone once")
        .describe(
          "availability zones by name; the first three hold the data; one added at the end moves nothing",
        ),
      natGateways: z
        .enum(["perZone", "single"], "one of perZone, single")
        .default("perZone")
        .describe("perZone survives the loss of a zone; single is cheaper, not for enterprise"),
    })
    .describe("the VPC and its address plan"),
  database: z
    .strictObject({
      topology: z
        .enum(["cluster", "instance"], "one of cluster, instance")
        .describe(
          "cluster: a writer and two readable standbys; instance: a standby and read replicas",
        ),
      instanceClass: z
        .string()
        .regex(/^db\.[a-z0-9-]+\.[a-z0-9]+$/, "an RDS instance class, such as db.r6gd.large")
        .describe("RDS instance class of every member"),
      storageGb: wholeNumber(20, 65536).describe("allocated storage, GiB"),
      iops: wholeNumber(gp3.leastIops, gp3.mostIops)
        .optional()
        .describe("IOPS of each member, cluster topology only; absent: those in gp3's price"),
      maxConnections: wholeNumber(100, 5000)
        .default(400)
        .describe("PostgreSQL max_connections; the pools must fit within 85 % of it"),
      backupRetentionDays: wholeNumber(7, 35)
        .default(35)
        .describe("point-in-time recovery window, days"),
      readReplicas: wholeNumber(1, 5)
        .optional()
        .describe("read replica instances; instance topology only (a cluster's standbys read)"),
    })
    .describe("PostgreSQL 15, database minixdr"),
  cache: z
    .strictObject({
      nodeType: z
        .string()
        .regex(/^cache\.[a-z0-9]+\.[a-z0-9]+$/, "an ElastiCache node type, such as cache.r7g.large")
        .describe("ElastiCache node type"),
      nodes: wholeNumber(2, 6).default(3).describe("primary and replicas together, over the zones"),
    })
    .describe("Valkey, Multi-AZ with automatic failover"),
  credentials: z
    .strictObject({
      rotation: wholeNumber(0, 10000)
        .default(0)
        .describe("one more makes every password anew; see docs/runbooks/password-rotation.md"),
    })
    .prefault({})
    .describe("generated passwords"),
  cluster: z
    .strictObject({
      version: z
        .string()
        .regex(/^1\.\d{2}$/, "a Kubernetes minor as text, such as '1.36'")
        .default("1.36")
        .describe("Kubernetes minor; equals the rehearsal's control plane"),
      serviceCidr: cidr.default("172.20.0.0/16").describe("service addresses, apart from the VPC"),
      publicAccessCidrs: z
        .array(cidr)
        .refine((list) => !list.includes("0.0.0.0/0"), "never the whole internet")
        .default([])
        .describe("who may reach the public API endpoint; empty: private endpoint only"),
      deployRoleArn: role.describe(
        "IAM role that runs `up`; a cluster's creator is let in by this entry alone",
      ),
      adminRoleArns: z
        .array(role)
        .min(1, "at least one role, or nobody can operate the cluster")
        .describe("IAM roles that administer the cluster besides"),
    })
    .describe("EKS in Auto Mode"),
  images: z
    .strictObject({
      backend: image.describe("API, worker and migrations"),
      frontend: image.describe("web page"),
      backup: image.describe("database bootstrap, dumps and restores"),
      pooler: image.describe("follows the topology beside each PgBouncer; cluster topology only"),
    })
    .describe("TAG@sha256:DIGEST of each image of ours in ECR; a digest is written by the build"),
  backend: replicas.prefault({}).describe("API replicas"),
  frontend: replicas.prefault({}).describe("web page replicas"),
  pgbouncer: z
    .strictObject({
      replicas: wholeNumber(3, 20).default(3).describe("poolers, spread over the zones"),
      maxClientConnections: wholeNumber(1000, 20000)
        .default(2500)
        .describe("clients one pooler accepts"),
      poolSize: wholeNumber(5, 200).default(25).describe("server connections of a pool"),
      reservePoolSize: wholeNumber(0, 50).default(5).describe("extra ones, after 3 s of waiting"),
    })
    .prefault({})
    .describe("connection pooling"),
  observability: z
    .strictObject({
      retentionDays: wholeNumber(31, 90)
        .default(35)
        .describe("how long metrics are kept, days; longer than the SLO window of 30"),
      // 85 % of it, at 2 bytes a sample every 30 s for 35 days: room for 450,000 series.
      volumeGb: wholeNumber(10, 16384).default(100).describe("volume of each Prometheus, GiB"),
      runbookBase: z
        .string()
        .regex(/^(https:\/\/\S+\/)?$/, "an address with a slash at its end")
        .default("")
        .describe("what stands before docs/runbooks/… in an alert's link"),
    })
    .prefault({})
    .describe("kube-prometheus-stack"),
  backups: z
    .strictObject({
      lockDays: wholeNumber(7, 200)
        .default(7)
        .describe(
          "object lock in governance mode: days in which no backup can be deleted; weeklies and monthlies bring locks of their own, for as long as they are promised",
        ),
      recoveryAccount: role
        .optional()
        .describe(
          "IAM role in another account, which `up` takes on to keep the copy and its key there; absent: one account's administrators can destroy every copy",
        ),
    })
    .prefault({})
    .describe("the backup bucket and its copy in the second Region"),
  alertEmail: z.email("an e-mail address").describe("who receives the cloud's own alarms"),
};

/** Secret keys stay closed: they are passed on as secret outputs and never read here. */
export const secretKeys = {
  pagerDutyRoutingKey: "secret: PagerDuty's Events API v2, for Alertmanager's critical alerts",
  pagerDutyCloudWatchUrl: "secret: PagerDuty's CloudWatch integration, for the cloud's own alarms",
  slackWebhookUrl: "secret: Slack's incoming webhook, for everything that does not page",
  deadMansSwitchUrl: "secret: who notices when the Watchdog alert stops arriving",
};

function isNetwork(text: string): boolean {
  if (!/^\d+\.\d+\.\d+\.\d+\/\d+$/.test(text)) return false;
  try {
    const block = new Netmask(text);
    return `${block.base}/${block.bitmask}` === text;
  } catch {
    return false;
  }
}

/** Whether two networks share an address. */
export function overlap(a: string, b: string): boolean {
  const [one, other] = [new Netmask(a), new Netmask(b)];
  return one.contains(other.base) || other.contains(one.base);
}
