import { isFalse } from "../../model/expectation";
import { propertyRule } from "../../model/rule";

export default propertyRule({
  name: "database-private",
  severity: "high",
  from: "starter",
  demands: "An instance has no public address.",
  reason: "Whatever the internet can reach, it can also keep busy.",
  require: {
    "aws:rds/instance:Instance": { publiclyAccessible: isFalse },
  },
});
