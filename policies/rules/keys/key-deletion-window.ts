import { atLeast } from "../../model/expectation";
import { propertyRule } from "../../model/rule";

export default propertyRule({
  name: "key-deletion-window",
  severity: "critical",
  from: "starter",
  demands: "A key that is scheduled for deletion waits 30 days.",
  reason: "Whatever a deleted key encrypts is lost: database, backups and secrets at once.",
  require: {
    "aws:kms/key:Key": { deletionWindowInDays: atLeast(30) },
    "aws:kms/replicaKey:ReplicaKey": { deletionWindowInDays: atLeast(30) },
  },
});
