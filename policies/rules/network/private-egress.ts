import type { RuleDefinition } from "../../model/rule";
import {
  defaultRoute,
  gatewayOf,
  isToldByComponent,
  natGateway,
  privateSubnets,
} from "../../model/routes";

export default {
  name: "private-egress",
  severity: "critical",
  from: "starter",
  demands: "Every private subnet of the cluster reaches a NAT gateway.",
  reason: "Without one its nodes join no cluster and its pods pull no image.",
  needs: "stack",
  types: ["eks:index:Cluster", "aws:eks/cluster:Cluster"],
  judge: (cluster, stack) =>
    (isToldByComponent(cluster, stack) ? [] : privateSubnets(cluster, stack))
      .filter(
        (subnet) => !gatewayOf(defaultRoute(subnet, stack), "natGatewayId", natGateway, stack),
      )
      .map(({ name }) => `${name} has no default route to a NAT gateway`),
} satisfies RuleDefinition;
