import type { Laboratory } from "../laboratory";
import type { Figures } from "../figures";

/** What every drill gets. */
export interface DrillRun {
  laboratory: Laboratory;
  figures: Figures;
  /** How often the failover drills repeat their fault. */
  repetitions: number;
  /** Told what happens, a line at a time. */
  say: (line: string) => void;
}

/** Proves one thing. It throws when its fault was not injected, or when the laboratory broke. */
export type Drill = (run: DrillRun) => Promise<void>;
