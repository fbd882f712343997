import { between, isAssigned } from "../../model/expectation";
import { propertyRule } from "../../model/rule";

export default propertyRule({
  name: "database-monitoring",
  severity: "medium",
  from: "starter",
  demands: "Enhanced monitoring runs once a minute or more often.",
  reason: "The host's memory and disk queue tell of a failover before it comes.",
  require: {
    "aws:rds/cluster:Cluster": {
      monitoringInterval: between(1, 60),
      monitoringRoleArn: isAssigned,
    },
    "aws:rds/instance:Instance": {
      monitoringInterval: between(1, 60),
      monitoringRoleArn: isAssigned,
    },
  },
});
