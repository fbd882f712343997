import type { RuleDefinition } from "../../model/rule";

export default {
  name: "outside-view",
  severity: "high",
  from: "starter",
  demands: "Something outside the stack checks the address that users open.",
  reason: "A total outage yields no data, so what the stack measures of itself looks fine.",
  needs: "stack",
  types: ["aws:lb/loadBalancer:LoadBalancer"],
  judge: (balancer, stack) => {
    const names = stack
      .pointingAt(balancer, "aws:route53/record:Record", "aliases")
      .map(({ properties }) => properties.name);
    const checked = stack
      .ofType("aws:route53/healthCheck:HealthCheck")
      .some(({ properties }) => names.includes(properties.fqdn));
    return checked ? [] : ["no Route 53 health check opens its address"];
  },
} satisfies RuleDefinition;
