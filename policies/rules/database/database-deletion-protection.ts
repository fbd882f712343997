import { isTrue } from "../../model/expectation";
import { propertyRule } from "../../model/rule";

export default propertyRule({
  name: "database-deletion-protection",
  severity: "critical",
  from: "starter",
  demands: "The database refuses to be deleted.",
  reason: "One call of the API deletes an unprotected database with its automated backups.",
  require: {
    "aws:rds/cluster:Cluster": { deletionProtection: isTrue },
    "aws:rds/instance:Instance": { deletionProtection: isTrue },
  },
});
