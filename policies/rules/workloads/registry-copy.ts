import { at, list, type Properties } from "../../model/resource";
import { ofCopies } from "../../model/alone";
import type { RuleDefinition } from "../../model/rule";

const repositoryType = "aws:ecr/repository:Repository";
const replication = "aws:ecr/replicationConfiguration:ReplicationConfiguration";

export default ofCopies({
  name: "registry-copy",
  severity: "high",
  from: "pro",
  demands: "Every repository has its like in each Region that its images are copied to.",
  reason:
    "ECR makes a missing one by its own defaults, with tags that change and encryption that cannot: a stack in a lost one's place could not take it over.",
  needs: "stack",
  types: [repositoryType],
  judge: ({ properties }, stack) => {
    if (properties.region !== undefined) return [];
    const regions = stack
      .ofType(replication)
      .flatMap((config) => list(config.properties, "replicationConfiguration.rules"))
      .flatMap((rule) => list(rule, "destinations"))
      .map((destination) => at(destination, "region"));
    const copies = stack.ofType(repositoryType).filter((other) => isLike(other.properties));
    return regions
      .filter((region) => !copies.some((copy) => copy.properties.region === region))
      .map((region) => `there is no repository ${String(properties.name)} in ${String(region)}`);

    function isLike(other: Properties): boolean {
      return other.name === properties.name && other.region !== undefined;
    }
  },
} satisfies RuleDefinition);
