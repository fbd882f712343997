import type { Backends } from "./backends";
import type { Edge } from "./edge";
import type { Platform } from "./platform";
import type { Tenant } from "../rehearsal/services/tenant";

/** What a chaos drill runs on. */
export interface Bed {
  platform: Platform;
  backends: Backends;
  edge: Edge;
  tenant: Tenant;
  /** The runs under load of the drill that is in work, the latest last. */
  runs: Run[];
}

/** What else is known of a run than what became of its requests. */
export interface Run {
  /** Why it is void: its generator lagged. */
  void?: string;
  /** Milliseconds that a process which serves users waited for a processor in its worst second. */
  waited: number;
}
