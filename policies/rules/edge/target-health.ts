import { between, isSet, mismatch, show } from "../../model/expectation";
import { at, numberAt, unknown, type Properties } from "../../model/resource";
import type { RuleDefinition } from "../../model/rule";

const slowest = 15;
/** What the pods of each group answer by themselves, by the end of its name. */
const paths = { "backend-targets": "/health/serving", "frontend-targets": "/healthz" };

export default {
  name: "target-health",
  severity: "critical",
  from: "starter",
  demands: `A target that fails is found within ${slowest} seconds by its own health check, and drains 5 to 30 seconds.`,
  reason: "Until then every request that it gets fails: the error window of a lost node or zone.",
  needs: "stack",
  types: ["aws:lb/targetGroup:TargetGroup"],
  judge: ({ name, properties }, stack) => {
    const problems = [
      mismatch(properties, "healthCheck.path", isSet),
      mismatch(properties, "healthCheck.matcher", isSet),
      mismatch(properties, "healthCheck.interval", between(5, slowest)),
      mismatch(properties, "healthCheck.timeout", between(2, slowest)),
      mismatch(properties, "healthCheck.healthyThreshold", between(2, 5)),
      mismatch(properties, "healthCheck.unhealthyThreshold", between(2, 3)),
      mismatch(properties, "deregistrationDelay", between(5, 30)),
    ].filter((problem) => problem !== undefined);
    const seconds =
      numberAt(properties, "healthCheck.interval") *
      numberAt(properties, "healthCheck.unhealthyThreshold");
    if (seconds > slowest)
      problems.push(`interval × unhealthyThreshold is ${seconds} s; it must be ${slowest} or less`);
    const path = Object.entries(paths).find(([end]) => name.endsWith(end))?.[1];
    if (path !== undefined && at(properties, "healthCheck.path") !== path)
      problems.push(`healthCheck.path must be ${path}: its pods know no other`);
    // The component tells the engine nothing; the cluster itself does.
    const names = stack
      .ofType("eks:index:Cluster", "aws:eks/cluster:Cluster")
      .map((cluster) => cluster.properties.name)
      .filter((known) => known !== undefined);
    const bound = (properties.tags as Properties | undefined)?.["eks:eks-cluster-name"];
    // EKS binds pods only to groups that bear its cluster's name.
    if (names.length > 0 && bound !== unknown && !names.some((name) => name === bound))
      problems.push(`its tag eks:eks-cluster-name is ${show(bound)}; it must name the cluster`);
    return problems;
  },
} satisfies RuleDefinition;
