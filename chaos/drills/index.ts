import type { ChaosDrill } from "../drill";
import backupJobs from "./backup-jobs";
import cacheLoss from "./cache-loss";
import databasePartition from "./database-partition";
import dnsFailure from "./dns-failure";
import memoryPressure from "./memory-pressure";
import nodeDrain from "./node-drain";
import nodePower from "./node-power";
import overload from "./overload";
import podDeletion from "./pod-deletion";
import podKill from "./pod-kill";
import { rollback, rollingUpdate } from "./rollout";
import slowClient from "./slow-client";
import slowDatabase from "./slow-database";
import writerFailover from "./writer-failover";
import zoneLoss from "./zone-loss";

/** All chaos drills, in the order in which they run. */
export const drills: ChaosDrill[] = [
  podDeletion,
  podKill,
  memoryPressure,
  cacheLoss,
  slowDatabase,
  databasePartition,
  writerFailover,
  dnsFailure,
  slowClient,
  rollingUpdate,
  rollback,
  nodeDrain,
  nodePower,
  zoneLoss,
  backupJobs,
  overload,
];
