import { isFalse, isTrue } from "../../model/expectation";
import { propertyRule } from "../../model/rule";

export default propertyRule({
  name: "database-minor-upgrades",
  severity: "high",
  from: "starter",
  demands: "Minor versions are upgraded by AWS.",
  reason: "An unpatched database fails in known ways.",
  require: {
    "aws:rds/cluster:Cluster": {
      autoMinorVersionUpgrade: isTrue,
      allowMajorVersionUpgrade: isFalse,
    },
    "aws:rds/instance:Instance": {
      autoMinorVersionUpgrade: isTrue,
      allowMajorVersionUpgrade: isFalse,
    },
  },
});
