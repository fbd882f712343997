import { between, isTrue } from "../../model/expectation";
import { propertyRule } from "../../model/rule";

export default propertyRule({
  name: "key-rotation",
  severity: "medium",
  from: "starter",
  demands: "Keys that encrypt rotate, a year apart at most.",
  reason:
    "A key that is never rotated has to be replaced in a hurry one day, and what it encrypts with it.",
  // KMS rotates no asymmetric key; which may be one, the rule signing-keys says.
  except: ({ properties }) => properties.keyUsage === "SIGN_VERIFY",
  require: {
    "aws:kms/key:Key": { enableKeyRotation: isTrue, rotationPeriodInDays: between(90, 365) },
  },
});
