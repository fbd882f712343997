import { isReplica } from "../../model/database";
import { between, mismatch } from "../../model/expectation";
import type { RuleDefinition } from "../../model/rule";

/** Fewest days: a fault that is found after the weekend; for the highest tier, after a holiday. */
const fewest = { starter: 7, pro: 7, enterprise: 14 };

export default {
  name: "database-backup-retention",
  severity: "critical",
  from: "starter",
  demands: `Point-in-time recovery reaches back ${fewest.starter} days or more, ${fewest.enterprise} in the enterprise tier.`,
  reason:
    "The recovery point under one hour rests on it; 0 days switches it off, and read replicas with it.",
  needs: "resource",
  types: ["aws:rds/cluster:Cluster", "aws:rds/instance:Instance"],
  judge: (database, _, { tier }) => {
    // A replica has its source's backups.
    if (isReplica(database)) return [];
    const problem = mismatch(
      database.properties,
      "backupRetentionPeriod",
      between(fewest[tier], 35),
    );
    return problem === undefined ? [] : [problem];
  },
} satisfies RuleDefinition;
