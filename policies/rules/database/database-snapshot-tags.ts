import { isTrue } from "../../model/expectation";
import { propertyRule } from "../../model/rule";

export default propertyRule({
  name: "database-snapshot-tags",
  severity: "medium",
  from: "starter",
  demands: "Snapshots carry the database's tags.",
  reason: "Whoever looks for a snapshot in a hurry, or by a rule, finds it by its tags.",
  require: {
    "aws:rds/cluster:Cluster": { copyTagsToSnapshot: isTrue },
    "aws:rds/instance:Instance": { copyTagsToSnapshot: isTrue },
  },
});
