import { isAssigned, isFalse } from "../../model/expectation";
import { propertyRule } from "../../model/rule";
import { isReplica } from "../../model/database";

export default propertyRule({
  name: "database-final-snapshot",
  severity: "critical",
  from: "starter",
  demands: "Deleting the database leaves a final snapshot.",
  reason: "With it a deletion by mistake loses nothing; without, everything.",
  require: {
    "aws:rds/cluster:Cluster": { skipFinalSnapshot: isFalse, finalSnapshotIdentifier: isAssigned },
    "aws:rds/instance:Instance": {
      skipFinalSnapshot: isFalse,
      finalSnapshotIdentifier: isAssigned,
    },
  },
  except: isReplica,
});
