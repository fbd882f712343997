import type { Plan } from "../../plan/plan";
import { rendered } from "../../plan/helm";
import { localReleases, type PlannedRelease } from "../../plan/releases";
import { UsageError } from "../../lib/ends";
import { PgBouncerConfiguration } from "./pgbouncer-configuration";

/** What the plan says and the laboratory takes over. It goes into the sandbox as JSON. */
export interface Shipped {
  stack: string;
  /** The pgbouncer.ini that the chart renders with the planned values, by the writer's name. */
  configuration: string;
  /** Whether the plan has the sidecar that follows the topology. */
  follows: boolean;
  /** The pgbouncer.ini with that sidecar, as planned or as it would be, and the sidecar's environment. */
  followed: { configuration: string; environment: Record<string, string> };
  /** The script of the sidecar that sheds a demoted writer, from the same ConfigMap. */
  reconnectScript: string;
  /** The script that makes the database's roles, from the bootstrap's ConfigMap. */
  rolesScript: string;
  /** The planned parameter group's max_connections. */
  maxConnections: number;
  topology: "cluster" | "instance";
}

/** Reads the database path out of a plan and renders its chart with Helm. */
export async function shippedIn(plan: Plan): Promise<Shipped> {
  const release = releaseOf(plan, "pgbouncer");
  const named = { ...release, values: { ...release.values, topology: { enabled: false } } };
  const { "pgbouncer.ini": configuration, "reconnect.sh": reconnectScript } = await files(named, [
    "pgbouncer.ini",
    "reconnect.sh",
  ]);
  const bootstrap = releaseOf(plan, "database-bootstrap");
  const { "roles.sql": rolesScript } = await files(bootstrap, ["roles.sql"]);
  const followed = await followedBy(release);
  const clustered = plan.resources.some(({ type }) => type === "aws:rds/cluster:Cluster");
  return {
    stack: plan.stack,
    configuration: configuration!,
    follows: follows(release),
    followed,
    reconnectScript: reconnectScript!,
    rolesScript: rolesScript!,
    maxConnections: maxConnections(plan, clustered),
    topology: clustered ? "cluster" : "instance",
  };
}

/** The files that a release's ConfigMap mounts. */
async function files(release: PlannedRelease, keys: string[]): Promise<Record<string, string>> {
  const found = (await rendered(release))
    .filter(({ kind }) => kind === "ConfigMap")
    .map(dataOf)
    .find((data) => keys.every((key) => data[key]));
  if (!found)
    throw new UsageError(
      `${release.chart}: no ConfigMap of it has ${keys.join(" and ")}: render it to see why`,
    );
  return found;
}

/** Whether a pooler's release has the sidecar that follows the topology. */
function follows({ values }: PlannedRelease): boolean {
  return (values as { topology?: { enabled?: boolean } }).topology?.enabled === true;
}

/**
 * The pooler as the chart renders it with the sidecar that follows the topology: as planned for a
 * cluster; in the other topology, which has none, with the values that switch it on. Its endpoints are
 * the laboratory's in any case.
 */
async function followedBy(release: PlannedRelease): Promise<Shipped["followed"]> {
  const { image } = release.values;
  const topology = { enabled: true, image, endpoints: ["a.b", "c.d"] };
  const values = follows(release) ? release.values : { ...release.values, topology };
  const objects = await rendered(release, values);
  const configuration = objects.map(dataOf).find((data) => data["pgbouncer.ini"])!;
  const containers = objects.flatMap(
    (object) =>
      (object as { spec?: { template?: { spec: { containers: Container[] } } } }).spec?.template
        ?.spec.containers ?? [],
  );
  const { env = [] } = containers.find(({ name }) => name === "topology")!;
  const literal = env.filter(({ value }) => value !== undefined);
  return {
    configuration: configuration["pgbouncer.ini"]!,
    environment: Object.fromEntries(literal.map(({ name, value }) => [name, value!])),
  };
}

interface Container {
  name: string;
  env?: { name: string; value?: string }[];
}

/** @throws UsageError when the plan has none of that name */
function releaseOf(plan: Plan, name: string): PlannedRelease {
  const release = localReleases(plan).find((candidate) => candidate.name === name);
  if (!release)
    throw new UsageError(`plan of ${plan.stack}: it has no release ${name}: nothing to rehearse`);
  return release;
}

function maxConnections(plan: Plan, clustered: boolean): number {
  const type = clustered
    ? "aws:rds/clusterParameterGroup:ClusterParameterGroup"
    : "aws:rds/parameterGroup:ParameterGroup";
  const values = plan.resources
    .filter((resource) => resource.type === type)
    .flatMap(({ inputs }) => (inputs.parameters ?? []) as { name: string; value: string }[])
    .filter(({ name }) => name === "max_connections")
    .map(({ value }) => Number(value));
  if (values.length === 0 || !Number.isInteger(values[0]))
    throw new UsageError(
      `plan of ${plan.stack}: no ${type} sets max_connections to a number: set it in the program`,
    );
  return values[0]!;
}

/** The replaced lines, for the reader to judge that nothing else differs. */
export function difference(shipped: Shipped, used: PgBouncerConfiguration): string[] {
  return new PgBouncerConfiguration(shipped.configuration).difference(used);
}

const dataOf = (object: unknown) =>
  (object as { data?: Record<string, string> } | undefined)?.data ?? {};
