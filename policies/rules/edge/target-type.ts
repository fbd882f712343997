import { equals } from "../../model/expectation";
import { propertyRule } from "../../model/rule";

export default propertyRule({
  name: "target-type",
  severity: "high",
  from: "starter",
  demands: "Targets are pods, not nodes.",
  reason: "A node as a target sends requests on to pods that are already leaving.",
  require: {
    "aws:lb/targetGroup:TargetGroup": { targetType: equals("ip") },
  },
});
