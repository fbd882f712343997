import type { Drill } from "../../drill";
import type { Cluster } from "../cluster";
import { badRelease } from "./bad-release";
import { lostCluster } from "./lost-cluster";
import { nodeDrain } from "./node-drain";
import { placement } from "./placement";
import { podDeletion } from "./pod-deletion";
import { rollingUpdate } from "./rolling-update";
import { scaleUnderMinimum } from "./scale-under-minimum";
import { zoneLoss } from "./zone-loss";

/** All drills, in the order in which they are reported. */
export const drills: Drill<Cluster>[] = [
  placement,
  rollingUpdate,
  podDeletion,
  nodeDrain,
  zoneLoss,
  badRelease,
  scaleUnderMinimum,
  lostCluster,
];

/**
 * Drills that share a control plane, one after the other. The lanes run side by side, because
 * nearly all of a drill's time is waiting. The longest comes first.
 */
export const lanes: Drill<Cluster>[][] = [
  [badRelease, lostCluster],
  [rollingUpdate],
  [placement, scaleUnderMinimum, nodeDrain, podDeletion, zoneLoss],
];
