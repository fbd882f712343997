import { isTrue } from "../../model/expectation";
import { propertyRule } from "../../model/rule";

export default propertyRule({
  name: "database-insights",
  severity: "medium",
  from: "starter",
  demands: "Performance Insights are on.",
  reason: "A slow outage is found by the query that causes it.",
  require: {
    "aws:rds/cluster:Cluster": { performanceInsightsEnabled: isTrue },
    "aws:rds/instance:Instance": { performanceInsightsEnabled: isTrue },
  },
});
