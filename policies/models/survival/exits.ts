import type { Resource, Stack } from "../../model/resource";
import { defaultRoute, natGateway, routesOf } from "../../model/routes";
import type { Site } from "./site";

/** A NAT gateway that a subnet's routes may lead to, and the subnets that it may stand in. */
export interface Exit {
  gateway: Resource;
  places: Resource[];
}

/** By subnet in which pods may be: the ways to images, secrets and AWS's endpoints. */
export type Exits = Map<Resource, Exit[]>;

/**
 * Where each subnet's traffic leaves the network. Several exits are no choice: all of them are
 * needed, be it for halves of the internet or because nothing tells yet which one it will be.
 */
export function exitsOf(site: Site, stack: Stack): Exits {
  const subnets = new Set(site.pods.flatMap((group) => [...group.subnets]));
  return new Map(
    [...subnets].map((subnet) => {
      const whole = defaultRoute(subnet, stack);
      const leads = whole && stack.behind(whole, "natGatewayId", natGateway).length > 0;
      const gateways = leads
        ? routesOf(subnet, stack).flatMap((route) =>
            stack.behind(route, "natGatewayId", natGateway),
          )
        : [];
      const found = site.gateways.filter(({ resource }) => gateways.includes(resource));
      return [
        subnet,
        found.map(({ resource, subnets: places }) => ({ gateway: resource, places: [...places] })),
      ];
    }),
  );
}
