import { isTrue } from "../../model/expectation";
import { propertyRule } from "../../model/rule";

export default propertyRule({
  name: "load-balancer-cross-zone",
  severity: "high",
  from: "starter",
  demands: "Traffic is spread over the targets of all zones.",
  reason: "With too few targets in one zone, users there get errors while others idle.",
  require: {
    "aws:lb/loadBalancer:LoadBalancer": { enableCrossZoneLoadBalancing: isTrue },
  },
});
