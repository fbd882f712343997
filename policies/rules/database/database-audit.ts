import { databaseCluster, databaseInstance, parameter, parametersOf } from "../../model/database";
import { show } from "../../model/expectation";
import type { RuleDefinition } from "../../model/rule";

/** What has to be in the database's log, as RDS takes it. */
const wanted = { log_connections: "1", log_disconnections: "1", log_statement: "ddl" };

export default {
  name: "database-audit",
  severity: "high",
  from: "starter",
  demands:
    "The database's log has every connection, its end, and every change of a structure or a right.",
  reason: "Who came in, and what they changed, cannot be asked for afterwards.",
  needs: "stack",
  types: [databaseCluster, databaseInstance],
  judge: (database, stack) => {
    const group = parametersOf(database, stack);
    if (!group) return ["it uses no parameter group of this stack"];
    return Object.entries(wanted).flatMap(([name, value]) => {
      const found = parameter(group, name);
      return found === value ? [] : [`${name} is ${show(found)}; it must be "${value}"`];
    });
  },
} satisfies RuleDefinition;
