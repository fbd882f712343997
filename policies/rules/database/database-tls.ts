import { isFamilyDefault } from "../../declared/family-defaults";
import { databaseCluster, databaseInstance, parameter, parametersOf } from "../../model/database";
import { show } from "../../model/expectation";
import type { RuleDefinition } from "../../model/rule";

export default {
  name: "database-tls",
  severity: "high",
  from: "starter",
  demands:
    "A parameter group of our own refuses connections without TLS, as its family does from PostgreSQL 15 on.",
  reason:
    "AWS's default group cannot be changed, and the families of earlier versions allow plain text.",
  needs: "stack",
  types: [databaseCluster, databaseInstance],
  judge: (database, stack) => {
    const group = parametersOf(database, stack);
    if (!group) return ["it uses no parameter group of this stack"];
    const forced = parameter(group, "rds.force_ssl");
    const { family } = group.properties;
    if (forced === "1") return [];
    return forced === undefined && isFamilyDefault(family, "rds.force_ssl", "1")
      ? []
      : [`rds.force_ssl is ${show(forced)} in the family ${show(family)}; it must be "1"`];
  },
} satisfies RuleDefinition;
