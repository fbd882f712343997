import { atLeast } from "../../model/expectation";
import { propertyRule } from "../../model/rule";

export default propertyRule({
  name: "database-storage-grows",
  severity: "high",
  from: "starter",
  demands: "An instance's storage grows by itself.",
  reason:
    "A full disk stops the database; a DB cluster cannot grow by itself and has an alarm instead.",
  require: {
    "aws:rds/instance:Instance": { maxAllocatedStorage: atLeast(1) },
  },
});
