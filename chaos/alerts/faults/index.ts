import type { AlertFault } from "../fault";
import { backupFails } from "./backup";
import { cacheLost } from "./cache";
import { databaseCutOff, databaseSlow, replicaBehind, writerLost } from "./database";
import { prometheusGone } from "./watching";
import { backendsGone, crashLoop, podsReplaced, poolersGone, zoneLost } from "./workloads";

/** Every fault that is watched. What takes longest comes first, so that lanes end together. */
export const faults: AlertFault[] = [
  cacheLost,
  crashLoop,
  podsReplaced,
  writerLost,
  replicaBehind,
  databaseCutOff,
  databaseSlow,
  poolersGone,
  backendsGone,
  zoneLost,
  backupFails,
  prometheusGone,
];
