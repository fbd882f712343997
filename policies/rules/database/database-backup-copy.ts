import { ofCopies } from "../../model/alone";
import { databaseInstance, isReplica } from "../../model/database";
import { between, isAssigned, isSet, mismatch } from "../../model/expectation";
import type { RuleDefinition } from "../../model/rule";

const replication =
  "aws:rds/instanceAutomatedBackupsReplication:InstanceAutomatedBackupsReplication";

export default ofCopies({
  name: "database-backup-copy",
  severity: "high",
  from: "pro",
  demands:
    "An instance's automated backups are copied to a second Region and kept there for 7 days or more.",
  reason:
    "Point-in-time recovery survives the loss of a Region. AWS has no such copy for a DB cluster: its dumps are replicated instead.",
  needs: "stack",
  types: [databaseInstance],
  judge: (instance, stack) => {
    if (isReplica(instance)) return [];
    const [copy] = stack.pointingAt(instance, replication, "sourceDbInstanceArn");
    if (!copy) return ["no InstanceAutomatedBackupsReplication copies its backups"];
    return [
      mismatch(copy.properties, "retentionPeriod", between(7, 35)),
      mismatch(copy.properties, "region", isSet),
      mismatch(copy.properties, "kmsKeyId", isAssigned),
    ].filter((problem) => problem !== undefined);
  },
} satisfies RuleDefinition);
