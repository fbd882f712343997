import { show } from "../../model/expectation";
import type { RuleDefinition } from "../../model/rule";
import {
  defaultRoute,
  gatewayOf,
  isToldByComponent,
  natGateway,
  privateSubnets,
  subnetType,
} from "../../model/routes";

export default {
  name: "nat-per-zone",
  severity: "high",
  from: "enterprise",
  demands: "Every private subnet of the cluster uses a NAT gateway of its own zone.",
  reason: "With one gateway for all, the loss of its zone cuts every other zone off too.",
  needs: "stack",
  types: ["eks:index:Cluster", "aws:eks/cluster:Cluster"],
  judge: (cluster, stack) =>
    (isToldByComponent(cluster, stack) ? [] : privateSubnets(cluster, stack)).flatMap((subnet) => {
      const nat = gatewayOf(defaultRoute(subnet, stack), "natGatewayId", natGateway, stack);
      const [place] = nat ? stack.behind(nat, "subnetId", subnetType) : [];
      const zone = subnet.properties.availabilityZone;
      const found = place?.properties.availabilityZone;
      return typeof zone === "string" && zone === found
        ? []
        : [
            `${subnet.name} in zone ${show(zone)} uses a NAT gateway in ${show(found)}; it must be the same`,
          ];
    }),
} satisfies RuleDefinition;
