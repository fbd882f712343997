import { isTrue, mismatch } from "../../model/expectation";
import { list } from "../../model/resource";
import type { RuleDefinition } from "../../model/rule";

const record = "aws:route53/record:Record";

export default {
  name: "users-address",
  severity: "high",
  from: "starter",
  demands:
    "Users reach the load balancer over HTTPS, by an alias record that AWS keeps up to date and checks.",
  reason: "The load balancer's own addresses change at any time; an alias follows them.",
  needs: "stack",
  types: ["aws:lb/loadBalancer:LoadBalancer"],
  judge: (balancer, stack) => {
    const [alias] = stack.pointingAt(balancer, record, "aliases");
    if (!alias || list(alias.properties, "aliases").length === 0)
      return ["no alias record leads to it"];
    const others = stack
      .ofType(record)
      .filter((other) => other !== alias && other.properties.name === alias.properties.name);
    const problem = mismatch(alias.properties, "aliases.0.evaluateTargetHealth", isTrue);
    const listeners = stack.pointingAt(balancer, "aws:lb/listener:Listener", "loadBalancerArn");
    const listens = (protocol: string, port: number) =>
      listeners.some(
        ({ properties }) => properties.protocol === protocol && properties.port === port,
      );
    return [
      ...others.map(({ name }) => `${name} answers to the same name`),
      ...(problem ? [`${alias.name}: ${problem}`] : []),
      ...(listens("HTTPS", 443) ? [] : ["no listener serves HTTPS on port 443"]),
      ...(listens("HTTP", 80) ? [] : ["no listener leads from HTTP on port 80 to HTTPS"]),
    ];
  },
} satisfies RuleDefinition;
