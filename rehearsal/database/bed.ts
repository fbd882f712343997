import type { Laboratory } from "./laboratory";

/** What the database drills run on. */
export interface DatabaseBed {
  laboratory: Laboratory;
  /** How often the failover drills repeat their fault. */
  repetitions: number;
}
