import { between, isTrue } from "../../model/expectation";
import { propertyRule } from "../../model/rule";

export default propertyRule({
  name: "key-rotation",
  severity: "medium",
  from: "starter",
  demands: "Keys rotate, a year apart at most.",
  reason:
    "A key that is never rotated has to be replaced in a hurry one day, and what it encrypts with it.",
  require: {
    "aws:kms/key:Key": { enableKeyRotation: isTrue, rotationPeriodInDays: between(90, 365) },
  },
});
