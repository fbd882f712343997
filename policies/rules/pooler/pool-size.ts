import {
  databaseCluster,
  databaseInstance,
  isReplica,
  parameter,
  parametersOf,
} from "../../model/database";
import { numberAt } from "../../model/resource";
import { number, poolers, type Pooler } from "../../model/pooler";
import type { RuleDefinition } from "../../model/rule";

/** Connections that go past the pools: migrations, dumps, an operator. */
const direct = 20;
/** Share of `max_connections` that may be taken; AWS and an operator need the rest. */
const share = 0.85;

export default {
  name: "pool-size",
  severity: "critical",
  from: "starter",
  demands:
    "All server connections of all poolers, with one pod more during a rollout, fit within 85 % of max_connections; a database's users share one pool and its reserve.",
  reason: "A database that is full refuses the very poolers that come back after a failover.",
  needs: "stack",
  types: [databaseCluster, databaseInstance],
  judge: (database, stack) => {
    if (isReplica(database)) return [];
    const most = numberAt(parameter(parametersOf(database, stack), "max_connections"), "");
    if (!Number.isInteger(most))
      return ["max_connections is set by no parameter group of this stack"];
    const found = poolers(stack);
    if (found.length === 0) return ["no pooler's configuration can be read"];
    const unshared = found.filter(
      (pooler) => number(pooler, "max_db_connections") !== size(pooler),
    );
    if (unshared.length > 0)
      return [
        "max_db_connections is not default_pool_size + reserve_pool_size: while passwords are rotated, each duty has two users, and each user a pool",
      ];
    const clusters = database.type === databaseCluster;
    const demands = found.map((pooler) => connections(pooler, clusters));
    if (demands.some(Number.isNaN)) return ["a pooler's replicas or surge cannot be read"];
    const sum = direct + demands.reduce((a, b) => a + b, 0);
    const room = Math.floor(share * most);
    return sum <= room
      ? []
      : [
          `poolers may open ${sum} connections with ${direct} direct ones; it must be ${room} (85 % of ${most}) or fewer`,
        ];
  },
} satisfies RuleDefinition;

/** Server connections of a pool and its reserve; NaN where they cannot be read. */
function size(pooler: Pooler): number {
  const part = (key: string) => number(pooler, key) ?? NaN;
  return part("default_pool_size") + part("reserve_pool_size");
}

/**
 * Most server connections that one server sees. A cluster's reader endpoint leads to the writer when
 * no reader is left, so there all pools count together; of instances, those with the same host.
 */
function connections(pooler: Pooler, cluster: boolean): number {
  const replicas = numberAt(pooler.pods?.properties, "spec.replicas");
  const pods = replicas + numberAt(pooler.pods?.properties, "spec.strategy.rollingUpdate.maxSurge");
  const hosts = pooler.databases.map(({ host }) => (cluster ? "" : host));
  const pools = Math.max(...hosts.map((host) => hosts.filter((other) => other === host).length));
  // Beside each pooler of a cluster one asks for the topology, and beside those that a rollout replaces.
  const asking = cluster ? 2 * replicas : 0;
  return pods * size(pooler) * (Number.isFinite(pools) ? pools : NaN) + asking;
}
