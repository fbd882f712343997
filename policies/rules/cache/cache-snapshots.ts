import { atLeast } from "../../model/expectation";
import { propertyRule } from "../../model/rule";

export default propertyRule({
  name: "cache-snapshots",
  severity: "high",
  from: "starter",
  demands: "Daily snapshots are kept.",
  reason: "A lost cache starts warm instead of sending every request to the database.",
  require: {
    "aws:elasticache/replicationGroup:ReplicationGroup": { snapshotRetentionLimit: atLeast(1) },
  },
});
