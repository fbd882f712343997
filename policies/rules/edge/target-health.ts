import { between, isSet, mismatch } from "../../model/expectation";
import { numberAt } from "../../model/resource";
import type { RuleDefinition } from "../../model/rule";

const slowest = 15;

export default {
  name: "target-health",
  severity: "critical",
  from: "starter",
  demands: `A target that fails is found within ${slowest} seconds by its own health check, and drains 30 seconds at most.`,
  reason: "Until then every request that it gets fails: the error window of a lost node or zone.",
  needs: "resource",
  types: ["aws:lb/targetGroup:TargetGroup"],
  judge: ({ properties }) => {
    const problems = [
      mismatch(properties, "healthCheck.path", isSet),
      mismatch(properties, "healthCheck.matcher", isSet),
      mismatch(properties, "healthCheck.interval", between(5, slowest)),
      mismatch(properties, "healthCheck.timeout", between(2, slowest)),
      mismatch(properties, "healthCheck.healthyThreshold", between(2, 5)),
      mismatch(properties, "healthCheck.unhealthyThreshold", between(2, 3)),
      mismatch(properties, "deregistrationDelay", between(1, 30)),
    ].filter((problem) => problem !== undefined);
    const seconds =
      numberAt(properties, "healthCheck.interval") *
      numberAt(properties, "healthCheck.unhealthyThreshold");
    if (seconds > slowest)
      problems.push(`interval × unhealthyThreshold is ${seconds} s; it must be ${slowest} or less`);
    return problems;
  },
} satisfies RuleDefinition;
