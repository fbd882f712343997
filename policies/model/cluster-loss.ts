import type { Resource, Stack } from "./resource";

/** Components that outlive a cluster with everything in them (docs/decisions/0001). */
const survivors = [
  "Network",
  "Keys",
  "Credentials",
  "Notifications",
  "Database",
  "Cache",
  "BackupIdentities",
  "Backups",
  "BackupWatch",
  "Edge",
  "Registry",
  "Alarms",
];

/** Types that hold data or the users' address: they outlive a cluster wherever they are. */
const survivingTypes =
  /^aws:(?:(?:rds|s3|elasticache|kms|secretsmanager|lb|route53|acm)\/|ec2\/(?:vpc|subnet):)/;

const clusterTypes = [
  "eks:index:Cluster",
  "aws:eks/cluster:Cluster",
  "pulumi:providers:kubernetes",
];

/** Whether a resource has to outlive the cluster. */
export function outlivesCluster(urn: string): boolean {
  const { component, type } = partsOf(urn);
  return survivors.includes(component) || survivingTypes.test(type);
}

/** Whether a resource is the cluster, or goes with it because it is part of its component. */
export function isOfCluster(urn: string): boolean {
  const { component, type } = partsOf(urn);
  return component === "Cluster" || clusterTypes.includes(type);
}

/**
 * The shortest way from a resource to one that is a target, over everything that a resource cannot
 * be without: both ends and what lies between. Undefined when no way leads there.
 *
 * @param along URNs that a step may lead to; by default all that the resource cannot be without
 */
export function wayTo(
  isTarget: (resource: Resource) => boolean,
  from: Resource,
  stack: Stack,
  along = bonds,
): Resource[] | undefined {
  const seen = new Set([from.urn]);
  const ways = [[from]];
  // Grows while it is walked: shorter ways come first.
  for (const way of ways)
    for (const urn of along(way.at(-1)!)) {
      const next = stack.get(urn);
      if (!next || seen.has(urn)) continue;
      seen.add(urn);
      const longer = [...way, next];
      if (isTarget(next)) return longer;
      ways.push(longer);
    }
  return undefined;
}

/** URNs of what the engine makes before a resource. */
export function awaited({ dependencies, propertyDependencies }: Resource): string[] {
  return [...dependencies, ...Object.values(propertyDependencies).flat()];
}

/** URNs of what a resource cannot be without. */
function bonds(resource: Resource): string[] {
  const { parent, provider, deletedWith } = resource;
  return [
    ...awaited(resource),
    ...[parent, provider, deletedWith].filter((urn) => urn !== undefined),
  ];
}

/** The outermost component of this program that a resource is part of; empty: it is of none. */
export function componentOf(urn: string): string {
  return partsOf(urn).component;
}

/** The outermost component of this program that a resource is part of, and its own type. */
function partsOf(urn: string): { component: string; type: string } {
  const types = urn.split("::", 3)[2] ?? "";
  const component = /^mini-xdr:index:(\w+)/.exec(types)?.[1] ?? "";
  return { component, type: types.slice(types.lastIndexOf("$") + 1) };
}
