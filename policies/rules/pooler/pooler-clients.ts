import { configMap } from "../../model/kubernetes";
import { number, poolerOf } from "../../model/pooler";
import { numberAt } from "../../model/resource";
import type { RuleDefinition } from "../../model/rule";

const least = 2000;
/** A failover that AWS quotes with 35 s, and the 10 s that our settings may add: a query waits for it. */
const outlasts = 45;
/** Until the application has retired its connections, 120 s, and 20 s of pause and margin. */
const leave = 140;

export default {
  name: "pooler-clients",
  severity: "high",
  from: "starter",
  demands: `A pooler accepts ${least} clients or more, by transaction, each waiting ${outlasts} to 120 seconds at most.`,
  reason:
    "When one pooler is lost its clients come to the others, all at once; a wait without end hides an outage.",
  needs: "release",
  types: [configMap],
  judge: (configuration, stack) => {
    const pooler = poolerOf(configuration, stack);
    if (!pooler) return [];
    const grace = numberAt(
      pooler.pods?.properties,
      "spec.template.spec.terminationGracePeriodSeconds",
    );
    const clients = number(pooler, "max_client_conn");
    const wait = number(pooler, "query_wait_timeout");
    return [
      ...(clients !== undefined && clients >= least
        ? []
        : [`max_client_conn is ${clients ?? "absent"}; it must be ${least} or more`]),
      ...(wait !== undefined && wait >= outlasts && wait <= 120
        ? []
        : [`query_wait_timeout is ${wait ?? "absent"}; it must be from ${outlasts} to 120`]),
      ...(grace >= leave
        ? []
        : [`its pods leave after ${grace} s; it must be ${leave} s or more: clients stay so long`]),
      ...(pooler.settings.pool_mode === "transaction"
        ? []
        : [`pool_mode is ${pooler.settings.pool_mode ?? "absent"}; it must be transaction`]),
    ];
  },
} satisfies RuleDefinition;
