import { connections } from "./connections";
import type { Drill } from "./drill";
import { failover } from "./failover";
import { poolExhaustion } from "./pool-exhaustion";
import { replicationLag } from "./replication-lag";
import { rollingRestart } from "./rolling-restart";
import { staleWriter } from "./stale-writer";

export type { Drill, DrillRun } from "./drill";

/** All drills by name, in the order in which they run. */
export const drills: Record<string, Drill> = {
  crash: failover("crash"),
  switchover: failover("switchover"),
  partition: failover("partition"),
  "stale-writer": staleWriter,
  "rolling-restart": rollingRestart,
  "replication-lag": replicationLag,
  connections,
  "pool-exhaustion": poolExhaustion,
};
