import { at, type Resource, type Stack } from "./resource";

const association = "aws:ec2/routeTableAssociation:RouteTableAssociation";
const routeTable = "aws:ec2/routeTable:RouteTable";
const route = "aws:ec2/route:Route";
export const natGateway = "aws:ec2/natGateway:NatGateway";
export const internetGateway = "aws:ec2/internetGateway:InternetGateway";
export const subnetType = "aws:ec2/subnet:Subnet";

/** Every route of a subnet's own route table. */
export function routesOf(subnet: Resource, stack: Stack): Resource[] {
  const [associated] = stack.pointingAt(subnet, association, "subnetId");
  const [table] = associated ? stack.behind(associated, "routeTableId", routeTable) : [];
  return table ? stack.pointingAt(table, route, "routeTableId") : [];
}

/** The route to the internet that a subnet's own route table holds; undefined when there is none. */
export function defaultRoute(subnet: Resource, stack: Stack): Resource | undefined {
  return routesOf(subnet, stack).find(
    ({ properties }) => at(properties, "destinationCidrBlock") === "0.0.0.0/0",
  );
}

/** The gateway of a type that a route leads to, as long as the route names it. */
export function gatewayOf(
  found: Resource | undefined,
  property: "natGatewayId" | "gatewayId",
  type: string,
  stack: Stack,
): Resource | undefined {
  if (!found || found.properties[property] === undefined) return undefined;
  return stack.behind(found, property, type)[0];
}

/** A cluster's subnets that lead nowhere but to a NAT gateway, or to nothing. */
export function privateSubnets(cluster: Resource, stack: Stack): Resource[] {
  if (cluster.type === "eks:index:Cluster")
    return stack.behind(cluster, "privateSubnetIds", subnetType);
  // The cluster itself knows one list of both kinds.
  return stack
    .behind(cluster, "vpcConfig", subnetType)
    .filter(
      (subnet) => !gatewayOf(defaultRoute(subnet, stack), "gatewayId", internetGateway, stack),
    );
}

/** Whether a cluster's component tells its subnets itself, as in a plan: under the engine it tells nothing. */
export function isToldByComponent({ ofPlugin, parent }: Resource, stack: Stack): boolean {
  if (!ofPlugin || parent === undefined) return false;
  return stack.get(parent)?.propertyDependencies.privateSubnetIds !== undefined;
}
