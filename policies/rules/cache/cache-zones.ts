import { list } from "../../model/resource";
import { atLeast, mismatch } from "../../model/expectation";
import type { RuleDefinition } from "../../model/rule";
import { spanZones } from "../../model/zones";

const subnetGroup = "aws:elasticache/subnetGroup:SubnetGroup";

export default {
  name: "cache-zones",
  severity: "critical",
  from: "starter",
  demands:
    "The cache has two nodes or more, in two zones or more (three of each in the enterprise tier).",
  reason:
    "A replica in the primary's zone is lost with it; with two nodes a failover leaves none to spare.",
  needs: "stack",
  types: ["aws:elasticache/replicationGroup:ReplicationGroup"],
  judge: (cache, stack, { tier }) => {
    const least = tier === "enterprise" ? 3 : 2;
    const nodes = mismatch(cache.properties, "numCacheClusters", atLeast(least));
    const zones = new Set(
      list(cache.properties, "preferredCacheClusterAzs").filter((zone) => typeof zone === "string"),
    );
    const [group] = stack.behind(cache, "subnetGroupName", subnetGroup);
    return [
      ...(nodes ? [nodes] : []),
      ...(zones.size >= least
        ? []
        : [`preferredCacheClusterAzs names ${zones.size} zones; it must be ${least} or more`]),
      ...(group
        ? spanZones(group, "subnetIds", least, stack)
        : ["subnetGroupName names no subnet group of this stack"]),
    ];
  },
} satisfies RuleDefinition;
