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
 * Drills that share simulated nodes, one after the other. The lanes run side by side, because
 * nearly all of a drill's time is waiting. The longest comes first.
 */
const simulatedLanes: Drill<Cluster>[][] = [
  [badRelease, lostCluster],
  [rollingUpdate],
  [placement, scaleUnderMinimum, nodeDrain, podDeletion, zoneLoss],
];

/**
 * The same on real nodes: one after the other, as they share this machine's processors. A pooler that is
 * told to go stays for up to two minutes, and its node takes no other: between the drills that take
 * poolers away there are others.
 */
const realLane: Drill<Cluster>[] = [
  placement,
  scaleUnderMinimum,
  rollingUpdate,
  podDeletion,
  badRelease,
  nodeDrain,
  zoneLoss,
  lostCluster,
];

/** Which drills share a cluster, by what kind its nodes are of. */
export function lanesOn(kind: Cluster["kind"]): Drill<Cluster>[][] {
  return kind === "simulated" ? simulatedLanes : [realLane];
}
