import { between, equals, isSet } from "../../model/expectation";
import { propertyRule } from "../../model/rule";

export default propertyRule({
  name: "external-check",
  severity: "high",
  from: "starter",
  demands: "The site is probed from outside, every 10 seconds.",
  reason: "A total outage yields no data, so what the stack measures of itself looks fine.",
  require: {
    "aws:route53/healthCheck:HealthCheck": {
      type: equals("HTTPS"),
      fqdn: isSet,
      resourcePath: isSet,
      requestInterval: equals(10),
      failureThreshold: between(1, 3),
    },
  },
});
