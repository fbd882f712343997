import type { RuleDefinition } from "../../model/rule";
import { defaultRoute, gatewayOf, internetGateway, subnetType } from "../../model/routes";

export default {
  name: "public-egress",
  severity: "critical",
  from: "starter",
  demands: "Every subnet of the load balancer reaches the internet.",
  reason: "The load balancer's nodes in a subnet without it answer nobody.",
  needs: "stack",
  types: ["aws:lb/loadBalancer:LoadBalancer"],
  judge: (balancer, stack) =>
    balancer.properties.internal === true
      ? []
      : stack
          .behind(balancer, "subnets", subnetType)
          .filter(
            (subnet) =>
              !gatewayOf(defaultRoute(subnet, stack), "gatewayId", internetGateway, stack),
          )
          .map(({ name }) => `${name} has no default route to an internet gateway`),
} satisfies RuleDefinition;
