import { databaseCluster, databaseInstance, isReplica } from "../../model/database";
import { list, type Resource, type Stack } from "../../model/resource";
import type { RuleDefinition } from "../../model/rule";
import { spanZones, zonesBehind } from "../../model/zones";

const subnetGroup = "aws:rds/subnetGroup:SubnetGroup";

export default {
  name: "database-subnets",
  severity: "critical",
  from: "starter",
  demands:
    "The database's subnets lie in as many zones as it has servers: the three that a cluster names, two of an instance.",
  reason:
    "A standby can only be where a subnet is; with a fourth zone RDS picks three, and a cluster in others than it names is replaced.",
  needs: "stack",
  types: [databaseCluster, databaseInstance],
  judge: (database, stack) => {
    const [group] = stack.behind(database, "dbSubnetGroupName", subnetGroup);
    if (!group) return ["dbSubnetGroupName names no subnet group of this stack"];
    const least = database.type === databaseCluster ? 3 : isReplica(database) ? 1 : 2;
    return [
      ...spanZones(group, "subnetIds", least, stack),
      ...(database.type === databaseCluster ? elsewhere(database, group, stack) : []),
    ];
  },
} satisfies RuleDefinition;

/** Zones of a cluster's subnets that it does not name. */
function elsewhere(cluster: Resource, group: Resource, stack: Stack): string[] {
  const named = list(cluster.properties, "availabilityZones");
  return [...zonesBehind(group, "subnetIds", stack)]
    .filter((zone) => !named.includes(zone))
    .map((zone) => `subnetIds lie in ${zone} too, which availabilityZones does not name`);
}
