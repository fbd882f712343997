import { databaseCluster, databaseInstance, isReplica } from "../../model/database";
import { includes, isAssigned, mismatch } from "../../model/expectation";
import { list } from "../../model/resource";
import type { RuleDefinition } from "../../model/rule";

const subscription = "aws:rds/eventSubscription:EventSubscription";

export default {
  name: "database-events",
  severity: "high",
  from: "starter",
  demands: "Somebody is told of every failover and failure.",
  reason:
    "A failover that works goes unnoticed, and the next one finds a standby that is not there.",
  needs: "stack",
  types: [databaseCluster, databaseInstance],
  judge: (database, stack) => {
    if (isReplica(database)) return [];
    const id = database.properties.clusterIdentifier ?? database.properties.identifier;
    const found = stack
      .ofType(subscription)
      .find(({ properties }) => list(properties, "sourceIds").includes(id));
    if (!found) return ["no event subscription names it"];
    return [
      mismatch(found.properties, "eventCategories", includes("failover", "failure")),
      mismatch(found.properties, "snsTopic", isAssigned),
    ].filter((problem) => problem !== undefined);
  },
} satisfies RuleDefinition;
