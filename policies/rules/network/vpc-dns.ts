import { isTrue } from "../../model/expectation";
import { propertyRule } from "../../model/rule";

export default propertyRule({
  name: "vpc-dns",
  severity: "high",
  from: "starter",
  demands: "The network resolves names of AWS services.",
  reason:
    "Endpoints of the database and the cache are names; after a failover only the name is right.",
  require: {
    "aws:ec2/vpc:Vpc": { enableDnsSupport: isTrue, enableDnsHostnames: isTrue },
  },
});
