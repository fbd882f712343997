import type { Nodes } from "../control-plane/nodes";
import type { PlannedObject } from "../../plan/releases";
import type { Writer } from "./writer";

/** Where clusters are brought up one after the other: their nodes, and what outlives them. */
export interface Site {
  /** Whether containers run there: what depends on them is measured, or only simulated. */
  readonly kind: Nodes["kind"];
  /** Where a control plane makes its folder; by default among the machine's temporary ones. */
  readonly folder?: string;
  /** Nodes of a new cluster, which has them for itself. */
  nodes(): Nodes;
  /** The planned objects as they are applied there. */
  objects(planned: PlannedObject[]): PlannedObject[];
  /** What is applied before them. */
  environments(): object[];
  /** Who writes by way of the application; nobody where no container runs. */
  readonly writer?: Writer;
}
