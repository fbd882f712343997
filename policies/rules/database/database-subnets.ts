import { databaseCluster, databaseInstance, isReplica } from "../../model/database";
import type { RuleDefinition } from "../../model/rule";
import { spanZones } from "../../model/zones";

const subnetGroup = "aws:rds/subnetGroup:SubnetGroup";

export default {
  name: "database-subnets",
  severity: "critical",
  from: "starter",
  demands:
    "The database's subnets lie in as many zones as it has servers: three of a cluster, two of an instance.",
  reason: "A standby can only be where a subnet is.",
  needs: "stack",
  types: [databaseCluster, databaseInstance],
  judge: (database, stack) => {
    const [group] = stack.behind(database, "dbSubnetGroupName", subnetGroup);
    if (!group) return ["dbSubnetGroupName names no subnet group of this stack"];
    const least = database.type === databaseCluster ? 3 : isReplica(database) ? 1 : 2;
    return spanZones(group, "subnetIds", least, stack);
  },
} satisfies RuleDefinition;
