import { databaseCluster, databaseInstance, parameter, parametersOf } from "../../model/database";
import { show } from "../../model/expectation";
import type { RuleDefinition } from "../../model/rule";

export default {
  name: "database-tls",
  severity: "high",
  from: "starter",
  demands: "A parameter group of our own refuses connections without TLS.",
  reason: "AWS's default group cannot be changed, and some of its versions allow plain text.",
  needs: "stack",
  types: [databaseCluster, databaseInstance],
  judge: (database, stack) => {
    const group = parametersOf(database, stack);
    if (!group) return ["it uses no parameter group of this stack"];
    const forced = parameter(group, "rds.force_ssl");
    return forced === "1" ? [] : [`rds.force_ssl is ${show(forced)}; it must be "1"`];
  },
} satisfies RuleDefinition;
