import type { RuleDefinition } from "../../model/rule";
import { privateSubnets } from "../../model/routes";
import { spanZones, tooFewZones, zonesOf } from "../../model/zones";

export default {
  name: "cluster-zones",
  severity: "critical",
  from: "starter",
  demands: "The cluster's private subnets lie in three zones.",
  reason:
    "Three zones keep two thirds of everything when one is lost, and a majority of what votes.",
  needs: "stack",
  types: ["eks:index:Cluster", "aws:eks/cluster:Cluster"],
  judge: (cluster, stack) =>
    cluster.type === "eks:index:Cluster"
      ? spanZones(cluster, "privateSubnetIds", 3, stack)
      : tooFewZones("vpcConfig.subnetIds", zonesOf(privateSubnets(cluster, stack)), 3),
} satisfies RuleDefinition;
