import type { Resource, Stack } from "./resource";

/** The stack's own Region, as its subnets' zones tell it; undefined where it has none. */
export function ownRegion(stack: Stack): string | undefined {
  const [subnet] = stack.ofType("aws:ec2/subnet:Subnet");
  const zone = subnet?.properties.availabilityZone;
  return typeof zone === "string" ? zone.slice(0, -1) : undefined;
}

/** Where a resource is; one that says nothing is in the stack's own Region. */
export function regionOf({ properties }: Resource, stack: Stack): unknown {
  return properties.region ?? ownRegion(stack);
}
