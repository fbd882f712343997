import { isFalse } from "../../model/expectation";
import { propertyRule } from "../../model/rule";
import { isReplica } from "../../model/database";

export default propertyRule({
  name: "database-automated-backups-kept",
  severity: "high",
  from: "starter",
  demands: "Automated backups outlive a deleted instance.",
  reason:
    "AWS deletes them with the instance unless told otherwise. A DB cluster has no such choice.",
  require: {
    "aws:rds/instance:Instance": { deleteAutomatedBackups: isFalse },
  },
  except: isReplica,
});
