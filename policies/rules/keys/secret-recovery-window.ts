import { atLeast } from "../../model/expectation";
import { propertyRule } from "../../model/rule";

export default propertyRule({
  name: "secret-recovery-window",
  severity: "high",
  from: "starter",
  demands: "A deleted secret can be brought back for 30 days.",
  reason: "Without the database's passwords nothing connects again.",
  require: {
    "aws:secretsmanager/secret:Secret": { recoveryWindowInDays: atLeast(30) },
  },
});
