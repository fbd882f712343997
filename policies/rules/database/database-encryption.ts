import { isAssigned, isTrue } from "../../model/expectation";
import { propertyRule } from "../../model/rule";

export default propertyRule({
  name: "database-encryption",
  severity: "high",
  from: "starter",
  demands: "Storage is encrypted with a key of our own.",
  reason:
    "A snapshot can be copied to another Region or account only with a key that we govern, and encryption cannot be added later without a new database.",
  require: {
    "aws:rds/cluster:Cluster": { storageEncrypted: isTrue, kmsKeyId: isAssigned },
    "aws:rds/instance:Instance": { storageEncrypted: isTrue },
  },
});
