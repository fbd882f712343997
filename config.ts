import * as pulumi from "@pulumi/pulumi";
import { Netmask } from "netmask";
import * as z from "zod";

/**
 * The stack's configuration: the only place that reads it, checks it and gives it types.
 * Every key lives in the `mini-xdr` namespace; `aws:region` is the one foreign key.
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

const schema = {
  tier: z
    .enum(["starter", "pro", "enterprise"], "one of starter, pro, enterprise")
    .default("enterprise")
    .describe("the promise: 99 %, 99.5 % or 99.9 % a month; sets SLO alerts and policies"),
  recoveryRegion: regionName.describe("second Region, for backup copies; not the stack's own"),
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
        .describe("availability zones by name; adding one renumbers nothing"),
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
      iops: wholeNumber(1000, 256000)
        .optional()
        .describe("provisioned IOPS (io1); required by the cluster topology"),
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
      adminRoleArns: z
        .array(z.string().regex(/^arn:aws[\w-]*:iam::\d{12}:role\/.+$/, "an IAM role's ARN"))
        .min(1, "at least one role, or nobody can operate the cluster")
        .describe("IAM roles that administer the cluster"),
    })
    .describe("EKS in Auto Mode"),
  images: z
    .strictObject({
      backend: image.describe("API, worker and migrations"),
      frontend: image.describe("web page"),
      backup: image.describe("database bootstrap, dumps and restores"),
      pgbouncer: image.describe("connection pooler, 1.25.2 or newer"),
      pgbouncerExporter: image.describe("the pooler's Prometheus exporter"),
    })
    .describe("TAG@sha256:DIGEST of each image in ECR; a digest is written by the build"),
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
      retentionDays: wholeNumber(1, 90).default(15).describe("how long metrics are kept, days"),
      volumeGb: wholeNumber(10, 16384).default(100).describe("volume of each Prometheus, GiB"),
    })
    .prefault({})
    .describe("kube-prometheus-stack"),
  backups: z
    .strictObject({
      lockDays: wholeNumber(1, 365)
        .default(7)
        .describe("object lock in governance mode: days in which no backup can be deleted"),
    })
    .prefault({})
    .describe("the backup bucket and its copy in the second Region"),
  alertEmail: z.email("an e-mail address").describe("who receives the cloud's own alarms"),
};

/** Secret keys stay closed: they are passed on as secret outputs and never read here. */
const secretKeys = {
  alertWebhookUrl: "secret: where Alertmanager sends pages",
  deadMansSwitchUrl: "secret: who notices when the Watchdog alert stops arriving",
};

type Parsed = { [Key in keyof typeof schema]: z.output<(typeof schema)[Key]> };

/** One stack's configuration, checked and with its defaults filled in. */
export interface StackConfig extends Parsed {
  /** Stack name, such as `prod`. */
  stack: string;
  /** Prefix of every name in the cloud, such as `mini-xdr-prod`. */
  name: string;
  /** The stack's Region, from `aws:region`. */
  region: string;
  /** Where Alertmanager sends pages; absent: alerts stay in Alertmanager. */
  alertWebhookUrl?: pulumi.Output<string>;
  /** Dead man's switch that the Watchdog alert keeps quiet; absent: none. */
  deadMansSwitchUrl?: pulumi.Output<string>;
}

export type NetworkConfig = StackConfig["network"];
export type DatabaseConfig = StackConfig["database"];
export type CacheConfig = StackConfig["cache"];
export type ClusterConfig = StackConfig["cluster"];
export type ImagesConfig = StackConfig["images"];
export type ReplicasConfig = StackConfig["backend"];
export type PgBouncerConfig = StackConfig["pgbouncer"];
export type ObservabilityConfig = StackConfig["observability"];
export type Tier = StackConfig["tier"];

/** The configuration cannot be used. `problems` lists everything that is wrong, a line each. */
export class ConfigError extends pulumi.RunError {
  constructor(readonly problems: string[]) {
    super(`the configuration of this stack cannot be used:\n  ${problems.join("\n  ")}`);
  }
}

/** Connections that do not go through the pools: migrations, dumps, exporter, an operator. */
export const directConnections = 20;

/**
 * Reads and checks the current stack's configuration.
 * Throws a {@link ConfigError} that names every wrong, missing or unknown key at once.
 */
export function readConfig(): StackConfig {
  const project = pulumi.getProject();
  const stack = pulumi.getStack();
  const config = new pulumi.Config();
  const problems: string[] = [];
  const parsed: Record<string, unknown> = {};

  for (const [key, type] of Object.entries(schema)) {
    const value = structured(config.get(key));
    const result = type.safeParse(value);
    if (result.success) parsed[key] = result.data;
    else problems.push(...result.error.issues.map((i) => describe(`${project}:${key}`, value, i)));
  }
  problems.push(...unknownKeys(project));

  const region = new pulumi.Config("aws").get("region");
  if (!region) problems.push("aws:region: missing; allowed: a region name, such as eu-central-1");
  problems.push(...contradictions(project, parsed as Partial<Parsed>, region));
  if (problems.length > 0) throw new ConfigError(problems);

  return {
    ...(parsed as Parsed),
    stack,
    name: `${project}-${stack}`,
    region: region!,
    alertWebhookUrl: config.getSecret("alertWebhookUrl"),
    deadMansSwitchUrl: config.getSecret("deadMansSwitchUrl"),
  };
}

/** A row of the configuration reference: key, what it takes, its default if it has one. */
export interface ConfigKey {
  key: string;
  description: string;
  default?: unknown;
  required: boolean;
}

/** Every key with its default and meaning, in the order of this file: the README's table. */
export function configKeys(): ConfigKey[] {
  const rows: ConfigKey[] = [];
  for (const [key, type] of Object.entries(schema)) {
    const json: Property = z.toJSONSchema(type, { io: "input", unrepresentable: "any" });
    const children = Object.entries(json.properties ?? {}) as [string, Property][];
    if (children.length === 0) rows.push(row(key, json, json.default === undefined));
    for (const [child, part] of children)
      rows.push(row(`${key}.${child}`, part, json.required?.includes(child) ?? false));
  }
  for (const [key, description] of Object.entries(secretKeys))
    rows.push({ key, description, required: false });
  return rows;
}

type Property = z.core.JSONSchema.BaseSchema;

function row(key: string, part: Property, required: boolean): ConfigKey {
  return { key, description: part.description ?? "", default: part.default, required };
}

/** What no single key can tell: rules between keys, over those that are valid by themselves. */
function contradictions(project: string, c: Partial<Parsed>, region?: string): string[] {
  const found: string[] = [];
  const report = (key: string, value: unknown, allowed: string) =>
    found.push(line(`${project}:${key}`, value, allowed));

  for (const zone of (region && c.network?.zones) || [])
    if (zone.slice(0, -1) !== region) report("network.zones", zone, `zones of ${region}`);
  if (c.recoveryRegion && c.recoveryRegion === region)
    report("recoveryRegion", region, "another Region than aws:region");
  if (c.network && c.cluster && overlap(c.network.cidr, c.cluster.serviceCidr))
    report("cluster.serviceCidr", c.cluster.serviceCidr, `no overlap with ${c.network.cidr}`);
  if (c.tier === "enterprise" && c.network?.natGateways === "single")
    report("network.natGateways", "single", "perZone in the enterprise tier");
  if (c.database?.topology === "cluster" && c.database.readReplicas !== undefined)
    report("database.readReplicas", c.database.readReplicas, "absent in the cluster topology");
  if (c.database?.topology === "cluster" && c.database.iops === undefined)
    report("database.iops", undefined, "a number of IOPS in the cluster topology");
  if (c.database?.topology === "instance" && c.database.readReplicas === undefined)
    report("database.readReplicas", undefined, "1 to 5 in the instance topology");
  if (c.database && c.pgbouncer) {
    // One pooler more than configured: a rolling update starts the new pod before the old one ends.
    const pods = c.pgbouncer.replicas + 1;
    const pooled = pods * (c.pgbouncer.poolSize + c.pgbouncer.reservePoolSize);
    const room = Math.floor(0.85 * c.database.maxConnections) - directConnections;
    if (pooled > room)
      report(
        "pgbouncer.poolSize",
        c.pgbouncer.poolSize,
        `${pods} poolers × (poolSize + reservePoolSize) within ${room}, which is 85 % of ` +
          `database.maxConnections ${c.database.maxConnections} less ${directConnections} direct; it is ${pooled}`,
      );
  }
  return found;
}

function unknownKeys(project: string): string[] {
  const known = [...Object.keys(schema), ...Object.keys(secretKeys)];
  return Object.keys(pulumi.runtime.allConfig())
    .filter((key) => key.startsWith(`${project}:`) && !known.includes(key.split(":")[1]!))
    .map((key) => `${key}: unknown key; allowed: ${known.join(", ")}`);
}

function describe(key: string, value: unknown, issue: z.core.$ZodIssue): string {
  const at = [key, ...issue.path].join(".");
  if (issue.code === "unrecognized_keys")
    return issue.keys
      .map((k) => `${at}.${k}: unknown key; remove it or mend its name`)
      .join("\n  ");
  return line(at, valueAt(value, issue.path), issue.message.replace(/^Invalid input: /, ""));
}

function line(key: string, value: unknown, allowed: string): string {
  const got = value === undefined ? "missing" : `${JSON.stringify(value)} is not allowed`;
  return `${key}: ${got}; allowed: ${allowed}`;
}

function valueAt(value: unknown, path: PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (v, step) => (v === null || v === undefined ? undefined : (v as never)[step]),
    value,
  );
}

/** Pulumi hands structured values over as JSON text; any other text stands for itself. */
function structured(raw: string | undefined): unknown {
  if (raw === undefined || !/^[[{]/.test(raw)) return raw;
  try {
    return JSON.parse(raw);
  } catch {
    return raw;
  }
}

function isNetwork(text: string): boolean {
  if (!/^\d+\.\d+\.\d+\.\d+\/\d+$/.test(text)) return false;
  try {
    const block = new Netmask(text);
    return `${block.base}/${block.bitmask}` === text;
  } catch {
    return false;
  }
}

function overlap(a: string, b: string): boolean {
  const [one, other] = [new Netmask(a), new Netmask(b)];
  return one.contains(other.base) || other.contains(one.base);
}
