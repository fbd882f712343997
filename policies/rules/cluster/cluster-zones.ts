import type { RuleDefinition } from "../../rule";
import { spanZones } from "../../zones";

export default {
  name: "cluster-zones",
  severity: "critical",
  from: "starter",
  demands: "The cluster's private subnets lie in three zones.",
  reason:
    "Three zones keep two thirds of everything when one is lost, and a majority of what votes.",
  needs: "stack",
  // The component's own cluster gets its subnets from here.
  types: ["eks:index:Cluster"],
  judge: (cluster, stack) => spanZones(cluster, "privateSubnetIds", 3, stack),
} satisfies RuleDefinition;
