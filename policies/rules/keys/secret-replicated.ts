import { ofCopies } from "../../model/alone";
import { isNotEmpty, isSet } from "../../model/expectation";
import { propertyRule } from "../../model/rule";

export default ofCopies(
  propertyRule({
    name: "secret-replicated",
    severity: "high",
    from: "pro",
    demands: "Secrets are copied to a second Region.",
    reason: "A restore there needs the passwords when the first Region is gone.",
    require: {
      "aws:secretsmanager/secret:Secret": { replicas: isNotEmpty, "replicas.0.region": isSet },
    },
  }),
);
