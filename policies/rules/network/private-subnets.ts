import { isFalse } from "../../model/expectation";
import { propertyRule } from "../../model/rule";

export default propertyRule({
  name: "private-subnets",
  severity: "medium",
  from: "starter",
  demands: "Instances get no public address by default.",
  reason: "Only the load balancer faces the internet.",
  require: {
    "aws:ec2/subnet:Subnet": { mapPublicIpOnLaunch: isFalse },
  },
});
