import type { RuleDefinition } from "../../model/rule";
import { isOfCluster, outlivesCluster, wayTo } from "../../model/cluster-loss";

export default {
  name: "data-outlives-cluster",
  severity: "critical",
  from: "starter",
  demands:
    "Nothing that has to outlive the cluster depends on it, directly or through anything else.",
  reason:
    "Network, keys, data, backups, alarms, the users' address: losing the cluster would otherwise take them along.",
  needs: "stack",
  types: "all",
  judge: (resource, stack) => {
    if (!outlivesCluster(resource.urn)) return [];
    const cluster = wayTo(({ urn }) => isOfCluster(urn), resource, stack)?.at(-1);
    return cluster
      ? [`it depends on ${cluster.name}, so it is lost or changed with the cluster`]
      : [];
  },
} satisfies RuleDefinition;
