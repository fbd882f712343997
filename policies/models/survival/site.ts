import { at, type Resource, type Stack } from "../../model/resource";
import { natGateway, subnetType } from "../../model/routes";
import { evenly, onePerSubnet, subnetsBehind, zonesIn, type Group } from "./group";
import { pools, type Pool } from "./nodes";
import { podsOf, type Pods } from "./pods";
import { caches, databases, type Servers } from "./servers";

const balancerType = "aws:lb/loadBalancer:LoadBalancer";
const endpointType = "aws:ec2/vpcEndpoint:VpcEndpoint";

/** What stands where: everything of a stack that a fault can take. */
export interface Site {
  zones: string[];
  subnets: Resource[];
  /** Load balancers that users open. */
  balancers: Group[];
  gateways: Group[];
  /** Interface endpoints: the name of their service leads to them and nowhere else. */
  endpoints: Group[];
  pools: Pool[];
  pods: Pods[];
  databases: Servers[];
  caches: Group[];
}

/** The site of a plan, with nothing lost. */
export function siteOf(stack: Stack): Site {
  const subnets = stack.ofType(subnetType);
  const found = pools(stack);
  return {
    zones: zonesIn(subnets),
    subnets,
    balancers: stack
      .ofType(balancerType)
      .filter(({ properties }) => properties.internal !== true)
      .map((balancer) => onePerSubnet(balancer, subnetsBehind(balancer, "subnets", stack))),
    gateways: stack.ofType(natGateway).map((gateway) => {
      const places = stack.behind(gateway, "subnetId", subnetType);
      return evenly(gateway, 1, zonesIn(places), places);
    }),
    endpoints: stack
      .ofType(endpointType)
      .filter(({ properties }) => at(properties, "vpcEndpointType") === "Interface")
      .map((endpoint) => onePerSubnet(endpoint, subnetsBehind(endpoint, "subnetIds", stack))),
    pools: found,
    pods: podsOf(stack, found),
    databases: databases(stack),
    caches: caches(stack),
  };
}
