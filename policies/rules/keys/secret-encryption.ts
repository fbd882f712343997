import { isAssigned } from "../../model/expectation";
import { propertyRule } from "../../model/rule";

export default propertyRule({
  name: "secret-encryption",
  severity: "medium",
  from: "starter",
  demands: "Secrets are encrypted with a key of our own.",
  reason: "The default key cannot be governed, nor be used by another account that has to help.",
  require: {
    "aws:secretsmanager/secret:Secret": { kmsKeyId: isAssigned },
  },
});
