import { isTrue } from "../../model/expectation";
import { propertyRule } from "../../model/rule";

export default propertyRule({
  name: "load-balancer-protection",
  severity: "critical",
  from: "starter",
  demands: "The load balancer refuses to be deleted.",
  reason: "Its address and certificate are what users reach.",
  require: {
    "aws:lb/loadBalancer:LoadBalancer": { enableDeletionProtection: isTrue },
  },
});
