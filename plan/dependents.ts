import type { Plan, PlannedResource } from "./plan";

/** Services whose resources hold data or addresses, and so must outlive a cluster. */
const dataServices = ["rds", "s3", "elasticache", "kms", "secretsmanager", "lb", "route53", "acm"];

export function isData({ type }: PlannedResource): boolean {
  return dataServices.some((service) => type.startsWith(`aws:${service}/`));
}

/** All that the loss of `resources` would touch, through any path. */
export function dependentsOf(plan: Plan, resources: PlannedResource[]): PlannedResource[] {
  const lost = new Set(resources.map(({ urn }) => urn));
  for (let size = 0; size !== lost.size;) {
    size = lost.size;
    for (const resource of plan.resources)
      if (needs(resource).some((urn) => lost.has(urn))) lost.add(resource.urn);
  }
  return plan.resources.filter(({ urn }) => lost.has(urn) && !resources.some((r) => r.urn === urn));
}

function needs(resource: PlannedResource): string[] {
  const { parent, provider, options, dependencies, propertyDependencies } = resource;
  return [
    ...dependencies,
    ...Object.values(propertyDependencies ?? {}).flat(),
    ...[parent, provider, options?.deletedWith].filter((urn) => typeof urn === "string"),
  ];
}
