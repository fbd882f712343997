import { includes } from "../../model/expectation";
import { propertyRule } from "../../model/rule";

export default propertyRule({
  name: "database-logs",
  severity: "medium",
  from: "starter",
  demands: "PostgreSQL and upgrade logs go to CloudWatch.",
  reason: "After a failover the old writer's own disk is gone, and with it the reason.",
  require: {
    "aws:rds/cluster:Cluster": { enabledCloudwatchLogsExports: includes("postgresql", "upgrade") },
    "aws:rds/instance:Instance": {
      enabledCloudwatchLogsExports: includes("postgresql", "upgrade"),
    },
  },
});
