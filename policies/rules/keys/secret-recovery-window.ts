import { atLeast } from "../../expectation";
import { propertyRule } from "../../rule";

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
