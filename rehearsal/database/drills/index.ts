import type { Drill } from "../../drill";
import type { DatabaseBed } from "../bed";
import { connections } from "./connections";
import { crowd } from "./crowd";
import { failover } from "./failover";
import { loginCost } from "./login-cost";
import { passwordRotation } from "./password-rotation";
import { poolExhaustion } from "./pool-exhaustion";
import { replicationLag } from "./replication-lag";
import { rollingRestart } from "./rolling-restart";
import { tokenRotation } from "./token-rotation";
import { staleWriter } from "./stale-writer";
import { topology } from "./topology";

/** All drills, in the order in which they run. */
export const drills: Drill<DatabaseBed>[] = [
  failover("crash"),
  failover("switchover"),
  failover("partition"),
  staleWriter,
  topology,
  crowd,
  rollingRestart,
  passwordRotation,
  tokenRotation,
  replicationLag,
  connections,
  loginCost,
  poolExhaustion,
];
