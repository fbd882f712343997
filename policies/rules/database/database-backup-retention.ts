import { between } from "../../model/expectation";
import { propertyRule } from "../../model/rule";
import { isReplica } from "../../model/database";

export default propertyRule({
  name: "database-backup-retention",
  severity: "critical",
  from: "starter",
  demands: "Point-in-time recovery reaches back 7 days or more.",
  reason:
    "The recovery point under one hour rests on it; 0 days switches it off, and read replicas with it.",
  require: {
    "aws:rds/cluster:Cluster": { backupRetentionPeriod: between(7, 35) },
    "aws:rds/instance:Instance": { backupRetentionPeriod: between(7, 35) },
  },
  // A replica has its source's backups.
  except: isReplica,
});
