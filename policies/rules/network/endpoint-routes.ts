import { subnetType } from "../../model/routes";
import type { RuleDefinition } from "../../model/rule";

const association = "aws:ec2/routeTableAssociation:RouteTableAssociation";
const routeTable = "aws:ec2/routeTable:RouteTable";

export default {
  name: "endpoint-routes",
  severity: "high",
  from: "starter",
  demands: "A gateway endpoint is reached from every private subnet.",
  reason: "From the others images and backups go through NAT gateways, and are lost with them.",
  needs: "stack",
  types: ["aws:ec2/vpcEndpoint:VpcEndpoint"],
  judge: (endpoint, stack) => {
    const reached = stack.behind(endpoint, "routeTableIds", routeTable);
    const listed = endpoint.properties.routeTableIds;
    if (Array.isArray(listed) && listed.length < reached.length)
      return ["routeTableIds names fewer route tables than determine it"];
    return stack
      .ofType(association)
      .map((associated) => ({
        subnet: stack.behind(associated, "subnetId", subnetType)[0],
        table: stack.behind(associated, "routeTableId", routeTable)[0],
      }))
      .filter(
        ({ subnet, table }) =>
          /^network-private-/.test(subnet?.name ?? "") && table && !reached.includes(table),
      )
      .map(
        ({ subnet }) =>
          `${subnet!.name} does not reach it: its route table is not among routeTableIds`,
      );
  },
} satisfies RuleDefinition;
