import repositories from "../../declared/repositories.json";
import { show } from "../../model/expectation";
import { releaseType } from "../../model/kubernetes";
import { at } from "../../model/resource";
import type { RuleDefinition } from "../../model/rule";

export default {
  name: "declared-charts",
  severity: "critical",
  from: "starter",
  demands: "A chart of others comes from its declared repository.",
  reason: "The same name in another repository is another program, and runs with the same rights.",
  needs: "resource",
  types: [releaseType],
  judge: ({ properties }) => {
    const chart = String(properties.chart);
    const repository = at(properties, "repositoryOpts.repo");
    // A folder of this checkout, whose objects are rendered and judged.
    if (/^\.\/charts\/[a-z-]+$/.test(chart))
      return repository === undefined || repository === ""
        ? []
        : [`repositoryOpts.repo is ${show(repository)}; a chart of this checkout has none`];
    const declared = Object.hasOwn(repositories, chart)
      ? repositories[chart as keyof typeof repositories]
      : undefined;
    return declared !== undefined && repository === declared
      ? []
      : [
          `chart ${chart} comes from ${show(repository)}; declared in policies/declared/repositories.json is ${declared ?? "no such chart"}`,
        ];
  },
} satisfies RuleDefinition;
