import { databaseCluster, databaseInstance, isReplica, replicasOf } from "../../model/database";
import { show } from "../../model/expectation";
import type { RuleDefinition } from "../../model/rule";
import { zonesBehind } from "../../model/zones";

const subnetGroup = "aws:rds/subnetGroup:SubnetGroup";

export default {
  name: "database-read-replicas",
  severity: "high",
  from: "starter",
  demands:
    "An instance has a read replica in a zone of its own; a DB cluster has two readable standbys.",
  reason:
    "Reads go on while the writer fails over; a replica beside the writer is lost with its zone.",
  needs: "stack",
  types: [databaseInstance],
  judge: (instance, stack) => {
    if (isReplica(instance)) {
      const followed = stack.behind(instance, "replicateSourceDb", databaseCluster);
      return followed.length === 0
        ? []
        : ["replicateSourceDb names a DB cluster; AWS replicates instances only"];
    }
    const replicas = replicasOf(instance, stack);
    if (replicas.length === 0) return ["no read replica follows it"];
    const [group] = stack.behind(instance, "dbSubnetGroupName", subnetGroup);
    const taken = group ? zonesBehind(group, "subnetIds", stack) : new Set<string>();
    return replicas
      .map(({ name, properties }) => ({ name, zone: properties.availabilityZone }))
      .filter(({ zone }) => typeof zone !== "string" || taken.has(zone))
      .map(
        ({ name, zone }) =>
          `${name}: availabilityZone is ${show(zone)}; it must be none of the writer's (${[...taken].join(", ")})`,
      );
  },
} satisfies RuleDefinition;
