import * as pulumi from "@pulumi/pulumi";
import * as z from "zod";
import { overlap, refusedByRds, schema, secretKeys } from "./config-schema";

/**
 * The stack's configuration: the only place that reads it, checks it and gives it types.
 * Every key lives in the `mini-xdr` namespace; `aws:region` is the one foreign key.
 */

type Parsed = { [Key in keyof typeof schema]: z.output<(typeof schema)[Key]> };

/** One stack's configuration, checked and with its defaults filled in. */
export interface StackConfig extends Parsed {
  /** Stack name, such as `prod`. */
  stack: string;
  /** Prefix of every name in the cloud, such as `mini-xdr-prod`. */
  name: string;
  /** The stack's Region, from `aws:region`. */
  region: string;
  /** On everything that costs, from `aws:defaultTags`; AWS's own controllers do not read those. */
  tags: Record<string, string>;
  /** Who Alertmanager's critical alerts page; absent: they stay in Alertmanager. */
  pagerDutyRoutingKey?: pulumi.Output<string>;
  /** Who CloudWatch's alarms page; absent: they are mailed alone. */
  pagerDutyCloudWatchUrl?: pulumi.Output<string>;
  /** Where everything that does not page is read; absent: it stays in Alertmanager. */
  slackWebhookUrl?: pulumi.Output<string>;
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

/** Connections that do not go through the pools: migrations, dumps, an operator. */
export const directConnections = 20;

/**
 * Most connections that ask one server for the topology: one a pooler, and as many again while a
 * rollout replaces them all, as an old pooler stays until its clients have left.
 */
export function topologyConnections({ replicas }: Pick<PgBouncerConfig, "replicas">): number {
  return 2 * replicas;
}

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

  const aws = new pulumi.Config("aws");
  const region = aws.get("region");
  if (!region) problems.push("aws:region: missing; allowed: a region name, such as eu-central-1");
  problems.push(...contradictions(project, stack, parsed as Partial<Parsed>, region));
  if (problems.length > 0) throw new ConfigError(problems);

  return {
    ...(parsed as Parsed),
    stack,
    name: `${project}-${stack}`,
    region: region!,
    tags: aws.getObject<{ tags?: Record<string, string> }>("defaultTags")?.tags ?? {},
    pagerDutyRoutingKey: config.getSecret("pagerDutyRoutingKey"),
    pagerDutyCloudWatchUrl: config.getSecret("pagerDutyCloudWatchUrl"),
    slackWebhookUrl: config.getSecret("slackWebhookUrl"),
    deadMansSwitchUrl: config.getSecret("deadMansSwitchUrl"),
  };
}

/** The configuration as text for people and archives, without what is secret. */
export function openConfiguration(config: StackConfig): string {
  const open = Object.entries(config).filter(([, value]) => !pulumi.Output.isInstance(value));
  return `${JSON.stringify(Object.fromEntries(open), null, 2)}\n`;
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
    const required = !type.safeParse(undefined).success;
    if (children.length === 0) rows.push(row(key, json, required));
    for (const [child, part] of children)
      rows.push(
        row(`${key}.${child}`, part, required && (json.required?.includes(child) ?? false)),
      );
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
function contradictions(
  project: string,
  stack: string,
  c: Partial<Parsed>,
  region?: string,
): string[] {
  const found: string[] = [];
  const report = (key: string, value: unknown, allowed: string) =>
    found.push(line(`${project}:${key}`, value, allowed));

  for (const zone of (region && c.network?.zones) || [])
    if (zone.slice(0, -1) !== region) report("network.zones", zone, `zones of ${region}`);
  if (c.recoveryRegion && c.recoveryRegion === region)
    report("recoveryRegion", region, "another Region than aws:region");
  if (!c.recoveryRegion && !c.recovery)
    report("recoveryRegion", undefined, "a region name; absent only beside recovery.of");
  const { recoveryAccount } = c.backups ?? {};
  if (
    recoveryAccount &&
    c.cluster &&
    accountOf(recoveryAccount) === accountOf(c.cluster.deployRoleArn)
  )
    report(
      "backups.recoveryAccount",
      recoveryAccount,
      "a role in another account than cluster.deployRoleArn's",
    );
  if (c.recovery?.of === stack) report("recovery.of", stack, "another stack, the one that is lost");
  if (c.network && c.cluster && overlap(c.network.cidr, c.cluster.serviceCidr))
    report("cluster.serviceCidr", c.cluster.serviceCidr, `no overlap with ${c.network.cidr}`);
  for (const arn of c.cluster
    ? namedTwice([c.cluster.deployRoleArn, ...c.cluster.adminRoleArns])
    : [])
    report("cluster.adminRoleArns", arn, "each role once, cluster.deployRoleArn included");
  if (c.tier === "enterprise" && c.network?.natGateways === "single")
    report("network.natGateways", "single", "perZone in the enterprise tier");
  if (c.database) for (const refusal of refusedByRds(c.database)) report(...refusal);
  if (c.database && c.pgbouncer) {
    // One pooler more than configured: a rolling update starts the new pod before the old one ends.
    const pods = c.pgbouncer.replicas + 1;
    const pooled = pods * (c.pgbouncer.poolSize + c.pgbouncer.reservePoolSize);
    const asking = c.database.topology === "cluster" ? topologyConnections(c.pgbouncer) : 0;
    const direct = directConnections + asking;
    const room = Math.floor(0.85 * c.database.maxConnections) - direct;
    if (pooled > room)
      report(
        "pgbouncer.poolSize",
        c.pgbouncer.poolSize,
        `${pods} poolers × (poolSize + reservePoolSize) within ${room}, which is 85 % of ` +
          `database.maxConnections ${c.database.maxConnections} less ${direct} direct; it is ${pooled}`,
      );
  }
  return found;
}

/** The account that an ARN names. */
export function accountOf(arn: string): string {
  return arn.split(":")[4]!;
}

/** Roles that are there already: EKS takes one access entry of a principal, and answers the second with 409. */
function namedTwice(arns: string[]): string[] {
  // A name is unique in its account, whatever path is written before it.
  const roles = arns.map((arn) => arn.replace(/role\/(.*\/)?/, "role/"));
  return arns.filter((_, index) => roles.indexOf(roles[index]!) !== index);
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
      .map((k) => `${at}.${k}: unknown key; remove it or correct its name`)
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
