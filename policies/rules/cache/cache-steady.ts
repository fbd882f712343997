import { matches } from "../../model/expectation";
import { propertyRule } from "../../model/rule";

export default propertyRule({
  name: "cache-steady",
  severity: "high",
  from: "enterprise",
  demands: "The cache's nodes are made for steady load.",
  reason:
    "A burstable one serves until its credits are spent, which is when everybody reads from it.",
  require: {
    "aws:elasticache/replicationGroup:ReplicationGroup": {
      nodeType: matches(
        /^cache\.[mr]\d+gd?\.\w+$/,
        "a class for steady load, such as cache.r7g.large",
      ),
    },
  },
});
