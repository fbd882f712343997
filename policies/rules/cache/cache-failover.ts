import { isTrue } from "../../model/expectation";
import { propertyRule } from "../../model/rule";

export default propertyRule({
  name: "cache-failover",
  severity: "critical",
  from: "starter",
  demands: "A replica takes over when the primary is lost.",
  reason:
    "Without both switches the loss of the primary, or of its zone, is an outage until somebody acts.",
  require: {
    "aws:elasticache/replicationGroup:ReplicationGroup": {
      automaticFailoverEnabled: isTrue,
      multiAzEnabled: isTrue,
    },
  },
});
