import { undeclaredChart } from "../../declared/upstream-charts";
import { show } from "../../model/expectation";
import { releaseType } from "../../model/kubernetes";
import { at } from "../../model/resource";
import type { RuleDefinition } from "../../model/rule";

export default {
  name: "declared-charts",
  severity: "critical",
  from: "starter",
  demands:
    "A chart of others comes from our own registry, in the version and by the digest of upstream/pins.json.",
  reason:
    "The same name elsewhere is another program with the same rights, and a repository in the internet that does not answer ends a recovery.",
  needs: "resource",
  types: [releaseType],
  judge: ({ properties }) => {
    const { chart, version } = properties;
    const repository = at(properties, "repositoryOpts.repo");
    if (repository !== undefined && repository !== "")
      return [
        `repositoryOpts.repo is ${show(repository)}; charts are in this checkout or our registry`,
      ];
    // A folder of this checkout, whose objects are rendered and judged.
    if (/^\.\/charts\/[a-z-]+$/.test(String(chart))) return [];
    const problem = undeclaredChart(chart, version);
    return problem === undefined ? [] : [problem];
  },
} satisfies RuleDefinition;
