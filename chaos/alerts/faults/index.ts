import type { AlertFault } from "../fault";
import { backupFails } from "./backup";
import { cacheLost } from "./cache";
import { databaseCutOff, databaseSlow, replicaBehind, writerLost } from "./database";
import { prometheusGone } from "./watching";
import { backendsGone, crashLoop, podsReplaced, poolersGone, zoneLost } from "./workloads";

/** Every fault that is watched. */
export const faults: AlertFault[] = [
  poolersGone,
  databaseCutOff,
  backendsGone,
  zoneLost,
  writerLost,
  backupFails,
  databaseSlow,
  prometheusGone,
  replicaBehind,
  podsReplaced,
  crashLoop,
  cacheLost,
];
