import type { RuleDefinition } from "../../model/rule";
import { spanZones } from "../../model/zones";

export default {
  name: "load-balancer-zones",
  severity: "critical",
  from: "starter",
  demands: "The load balancer stands in three zones.",
  reason: "It serves only from the zones that it stands in.",
  needs: "stack",
  types: ["aws:lb/loadBalancer:LoadBalancer"],
  judge: (balancer, stack) => spanZones(balancer, "subnets", 3, stack),
} satisfies RuleDefinition;
