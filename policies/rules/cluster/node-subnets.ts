import { show } from "../../model/expectation";
import { at, list, unknown, type Resource, type Stack } from "../../model/resource";
import type { RuleDefinition } from "../../model/rule";
import {
  defaultRoute,
  gatewayOf,
  internetGateway,
  natGateway,
  subnetType,
} from "../../model/routes";
import { tooFewZones, zonesOf } from "../../model/zones";

const nodeClass = "kubernetes:eks.amazonaws.com/v1:NodeClass";

/** Of each type, the properties that name subnets in which nodes may start. */
const properties: Record<string, string[]> = {
  "eks:index:Cluster": ["privateSubnetIds", "publicSubnetIds", "subnetIds"],
  "aws:eks/cluster:Cluster": ["vpcConfig"],
  [nodeClass]: ["spec"],
};

/** Where those that are made name them one by one. */
const paths: Record<string, string> = {
  "aws:eks/cluster:Cluster": "vpcConfig.subnetIds",
  [nodeClass]: "spec.subnetSelectorTerms",
};

export default {
  name: "node-subnets",
  severity: "critical",
  from: "starter",
  demands: "Nodes start in private subnets alone, in three zones, each with a NAT gateway.",
  reason:
    "AWS's own class of nodes takes any subnet of the cluster: in a public one a node has no public address, so no way out, and joins nothing.",
  needs: "stack",
  types: Object.keys(properties),
  judge: (resource, stack) => {
    const subnets = properties[resource.type]!.flatMap((property) =>
      stack.behind(resource, property, subnetType),
    );
    const found = [...strange(resource), ...open(subnets, stack)];
    if (resource.type !== nodeClass) return found;
    return [
      ...found,
      ...tooFewZones("spec.subnetSelectorTerms", zonesOf(subnets), 3),
      ...subnets
        .filter((subnet) => !leadsOut(subnet, stack))
        .map(({ name }) => `${name} has no default route to a NAT gateway`),
    ];
  },
} satisfies RuleDefinition;

/** Subnets that are named in another way than by their ids: tags may be on any. */
function strange({ type, properties }: Resource): string[] {
  const path = paths[type];
  // The plugin's own list is unknown as a whole at a first preview; the component's is judged.
  const isOpen = type !== nodeClass && at(properties, path ?? "") === unknown;
  if (path === undefined || isOpen) return [];
  // A term that cannot be seen as a whole may select by anything.
  const ids = list(properties, path).map((named) =>
    type === nodeClass ? named !== unknown && at(named, "id") : named,
  );
  return [
    ...(ids.length >= 3 ? [] : [`${path} names ${ids.length} subnets; it must be 3 or more`]),
    ...ids
      .filter((id) => id !== unknown && !(typeof id === "string" && /^subnet-\w/.test(id)))
      .map((id) => `${path} names one by ${show(id)}; it must be by the id of one of this stack`),
  ];
}

function open(subnets: Resource[], stack: Stack): string[] {
  return subnets
    .filter((subnet) => gatewayOf(defaultRoute(subnet, stack), "gatewayId", internetGateway, stack))
    .map(({ name }) => `${name} is public; nodes in it have no way out`);
}

function leadsOut(subnet: Resource, stack: Stack): boolean {
  return gatewayOf(defaultRoute(subnet, stack), "natGatewayId", natGateway, stack) !== undefined;
}
