import type { Edge } from "./edge";
import type { Platform } from "./platform";
import type { Tenant } from "../rehearsal/services/tenant";

/** What a chaos drill runs on. */
export interface Bed {
  platform: Platform;
  edge: Edge;
  tenant: Tenant;
}
