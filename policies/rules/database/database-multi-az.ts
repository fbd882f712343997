import { databaseCluster, databaseInstance, isReplica } from "../../model/database";
import { isSet, isTrue, mismatch } from "../../model/expectation";
import { list } from "../../model/resource";
import type { RuleDefinition } from "../../model/rule";

export default {
  name: "database-multi-az",
  severity: "critical",
  from: "starter",
  demands:
    "The writer has a standby in another zone: a DB cluster over exactly three zones, or a Multi-AZ instance.",
  reason: "Without a standby the loss of a host or a zone is a restore from backup.",
  needs: "resource",
  types: [databaseCluster, databaseInstance],
  judge: (resource) => {
    if (isReplica(resource)) return [];
    if (resource.type === databaseInstance)
      return [mismatch(resource.properties, "multiAz", isTrue)].filter(
        (found) => found !== undefined,
      );
    // AWS makes the two standbys only where it chooses the instances itself.
    const problem = mismatch(resource.properties, "dbClusterInstanceClass", isSet);
    const zones = new Set(
      list(resource.properties, "availabilityZones").filter((zone) => typeof zone === "string"),
    );
    return [
      ...(problem ? [problem] : []),
      // "Can't specify more than three AZs": RDS API Reference, CreateDBCluster.
      ...(zones.size === 3 ? [] : [`availabilityZones names ${zones.size} zones; it must be 3`]),
    ];
  },
} satisfies RuleDefinition;
