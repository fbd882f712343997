import { show } from "./expectation";
import { at, list, unknown, type Resource, type Stack } from "./resource";

const subnetType = "aws:ec2/subnet:Subnet";

/** Zones of the subnets behind a property. */
export function zonesBehind(resource: Resource, property: string, stack: Stack): Set<string> {
  return zonesOf(stack.behind(resource, property, subnetType));
}

/** Zones of subnets; one without a known zone counts for none. */
export function zonesOf(subnets: Resource[]): Set<string> {
  const zones = subnets.map(({ properties }) => properties.availabilityZone);
  return new Set(zones.filter((zone) => typeof zone === "string"));
}

/**
 * What is wrong with a list of subnets that has to span zones. Their ids exist only after creation,
 * so the zones are read from the subnets that determine the list.
 */
export function spanZones(
  resource: Resource,
  property: string,
  least: number,
  stack: Stack,
): string[] {
  const ids = at(resource.properties, property);
  const known = list(ids).filter((id) => id !== unknown);
  const count = new Set(known).size + list(ids).length - known.length;
  if (count < least)
    return [
      `${property} is ${Array.isArray(ids) ? `${count} subnets` : show(ids)}; it must be ${least} or more`,
    ];
  return tooFewZones(property, zonesBehind(resource, property, stack), least);
}

/** What is wrong with zones that are fewer than they have to be. */
export function tooFewZones(property: string, zones: Set<string>, least: number): string[] {
  if (zones.size >= least) return [];
  return [
    `${property} lies in ${zones.size} known zones (${[...zones].sort().join(", ") || "none"}); it must be ${least} or more`,
  ];
}
