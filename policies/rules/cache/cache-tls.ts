import { equals, isAssigned, isTrue } from "../../model/expectation";
import { propertyRule } from "../../model/rule";

export default propertyRule({
  name: "cache-tls",
  severity: "high",
  from: "starter",
  demands: "Clients must use TLS, with a token.",
  reason:
    "A change of the mode later restarts connections everywhere; without it anyone in the network reads sessions.",
  require: {
    "aws:elasticache/replicationGroup:ReplicationGroup": {
      transitEncryptionEnabled: isTrue,
      transitEncryptionMode: equals("required"),
      authToken: isAssigned,
    },
  },
});
