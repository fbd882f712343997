import { isAssigned, isTrue } from "../../model/expectation";
import { propertyRule } from "../../model/rule";

export default propertyRule({
  name: "cache-encryption",
  severity: "high",
  from: "starter",
  demands: "Data at rest is encrypted with a key of our own.",
  reason: "It cannot be added later without a new cache.",
  require: {
    "aws:elasticache/replicationGroup:ReplicationGroup": {
      atRestEncryptionEnabled: isTrue,
      kmsKeyId: isAssigned,
    },
  },
});
