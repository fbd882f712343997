import { containers, deployment, podSpec } from "../../model/kubernetes";
import { at, list } from "../../model/resource";
import type { RuleDefinition } from "../../model/rule";

const asked = { timeout: "1", attempts: "2" };

export default {
  name: "pooler-resolver",
  severity: "high",
  from: "starter",
  demands: "A pooler asks for the database's address again after a second, twice.",
  reason: "By itself a lost packet of DNS costs five seconds, in the middle of a failover.",
  needs: "release",
  types: [deployment],
  judge: (workload) => {
    if (!containers(workload).some((one) => /\/pgbouncer[:@]/.test(String(at(one, "image")))))
      return [];
    const options = list(podSpec(workload), "dnsConfig.options");
    return Object.entries(asked)
      .filter(
        ([name, value]) =>
          !options.some((option) => at(option, "name") === name && at(option, "value") === value),
      )
      .map(([name, value]) => `dnsConfig.options has no ${name} of ${value}`);
  },
} satisfies RuleDefinition;
