import { equals, isAssigned, isTrue } from "../../model/expectation";
import { propertyRule } from "../../model/rule";

export default propertyRule({
  name: "cache-tls",
  severity: "high",
  from: "starter",
  demands: "Clients must use TLS, with a token, and may still use the one before it.",
  reason:
    "A change of the mode later restarts connections everywhere; without it anyone in the network reads sessions. A token that replaces the other at once locks out every pod that still has it.",
  require: {
    "aws:elasticache/replicationGroup:ReplicationGroup": {
      transitEncryptionEnabled: isTrue,
      transitEncryptionMode: equals("required"),
      authToken: isAssigned,
      authTokenUpdateStrategy: equals("ROTATE"),
    },
  },
});
