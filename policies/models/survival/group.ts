import { at, type Resource, type Stack } from "../../model/resource";
import { subnetType } from "../../model/routes";
import { zonesOf } from "../../model/zones";

/**
 * Equal things of which a fault takes some: a workload's pods, a database's servers, the nodes of a
 * load balancer. Where it is open which of them stand where, the worst is taken.
 */
export interface Group {
  resource: Resource;
  /** How many there are; after a fault, how many are left. */
  count: number;
  /** The most of them that stand in each zone. */
  inZone: Map<string, number>;
  /** The most of them that one host carries; 0: they stand on no node of the cluster. */
  onHost: number;
  /** Subnets that they stand in. */
  subnets: Set<Resource>;
}

/** The zone of a subnet; undefined as long as it is not known. */
export function zoneOf({ properties }: Resource): string | undefined {
  const zone = properties.availabilityZone;
  return typeof zone === "string" ? zone : undefined;
}

/** Zones of subnets, sorted; one without a known zone counts for none. */
export function zonesIn(subnets: Iterable<Resource>): string[] {
  return [...zonesOf([...subnets])].sort();
}

/**
 * The subnets that a list of ids names. Ids exist only after creation: the subnets are those that
 * determine the list. None, where the list names fewer or more: nothing tells then which.
 */
export function subnetsBehind(resource: Resource, property: string, stack: Stack): Resource[] {
  const ids = at(resource.properties, property);
  const found = new Set(stack.behind(resource, property, subnetType));
  return Array.isArray(ids) && ids.length === found.size ? [...found] : [];
}

/** The resource that alone determines a property; undefined where none does, or several may. */
export function theOneBehind(
  resource: Resource,
  property: string,
  type: string,
  stack: Stack,
): Resource | undefined {
  const [found, ...others] = stack.behind(resource, property, type);
  return others.length === 0 ? found : undefined;
}

/** One in each subnet, such as a load balancer's nodes. */
export function onePerSubnet(resource: Resource, subnets: Resource[]): Group {
  const inZone = new Map<string, number>();
  for (const zone of subnets.map(zoneOf))
    if (zone !== undefined) inZone.set(zone, (inZone.get(zone) ?? 0) + 1);
  return { resource, count: subnets.length, inZone, onHost: 0, subnets: new Set(subnets) };
}

/** As many as there are, evenly over zones: a zone takes the larger half of what does not divide. */
export function evenly(
  resource: Resource,
  count: number,
  zones: string[],
  subnets: Resource[],
): Group {
  const most = Math.ceil(count / zones.length);
  return {
    resource,
    count: zones.length === 0 ? 0 : count,
    inZone: new Map(zones.map((zone) => [zone, most])),
    onHost: 0,
    subnets: new Set(subnets),
  };
}

/** `2 of 3`: what is left of a group. */
export function ratio(left: Group, before: Group): string {
  return `${left.count} of ${before.count}`;
}
