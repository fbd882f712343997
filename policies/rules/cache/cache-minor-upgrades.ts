import { isTrue } from "../../model/expectation";
import { propertyRule } from "../../model/rule";

export default propertyRule({
  name: "cache-minor-upgrades",
  severity: "medium",
  from: "starter",
  demands: "Minor versions are upgraded by AWS.",
  reason: "An unpatched cache fails in known ways.",
  require: {
    "aws:elasticache/replicationGroup:ReplicationGroup": { autoMinorVersionUpgrade: isTrue },
  },
});
