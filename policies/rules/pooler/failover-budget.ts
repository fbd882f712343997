import { failoverBudget, ownLimit, quoted } from "../../budgets/failover";
import { databaseCluster, databaseInstance, isReplica } from "../../model/database";
import type { RuleDefinition } from "../../model/rule";

export default {
  name: "failover-budget",
  severity: "critical",
  from: "starter",
  demands: `Writes flow ${ownLimit} s at most after AWS's promotion, by every way, and with AWS's quoted time a failover stays within the stack's target.`,
  reason: "A pooler with default settings turns a failover of seconds into one of minutes.",
  needs: "stack",
  types: [databaseCluster, databaseInstance],
  judge: (database, stack, settings) => {
    if (isReplica(database)) return [];
    const budget = failoverBudget(database, stack, settings);
    if ("problems" in budget) return budget.problems;
    const total = quoted[budget.topology].seconds + budget.own;
    return [
      ...(budget.own > ownLimit
        ? [
            `our settings may add ${budget.own} s to AWS's promotion; it must be ${ownLimit} or less`,
          ]
        : []),
      ...(total > budget.target
        ? [`a failover may take ${total} s; the target is ${budget.target}`]
        : []),
    ];
  },
} satisfies RuleDefinition;
