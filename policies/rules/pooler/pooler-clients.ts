import { configMap } from "../../model/kubernetes";
import { number, poolerOf } from "../../model/pooler";
import type { RuleDefinition } from "../../model/rule";

const least = 2000;

export default {
  name: "pooler-clients",
  severity: "high",
  from: "starter",
  demands: `A pooler accepts ${least} clients or more, by transaction, each waiting 1 to 120 seconds at most.`,
  reason:
    "When one pooler is lost its clients come to the others, all at once; a wait without end hides an outage.",
  needs: "release",
  types: [configMap],
  judge: (configuration, stack) => {
    const pooler = poolerOf(configuration, stack);
    if (!pooler) return [];
    const clients = number(pooler, "max_client_conn");
    const wait = number(pooler, "query_wait_timeout");
    return [
      ...(clients !== undefined && clients >= least
        ? []
        : [`max_client_conn is ${clients ?? "absent"}; it must be ${least} or more`]),
      ...(wait !== undefined && wait >= 1 && wait <= 120
        ? []
        : [`query_wait_timeout is ${wait ?? "absent"}; it must be from 1 to 120`]),
      ...(pooler.settings.pool_mode === "transaction"
        ? []
        : [`pool_mode is ${pooler.settings.pool_mode ?? "absent"}; it must be transaction`]),
    ];
  },
} satisfies RuleDefinition;
