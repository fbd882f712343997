import { isTrue } from "../../model/expectation";
import { propertyRule } from "../../model/rule";

export default propertyRule({
  name: "load-balancer-zonal-shift",
  severity: "medium",
  from: "pro",
  demands: "Traffic can be moved out of an impaired zone.",
  reason: "AWS does it by itself when it sees the impairment first.",
  require: {
    "aws:lb/loadBalancer:LoadBalancer": { enableZonalShift: isTrue },
  },
});
