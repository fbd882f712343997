import type { Break } from "../line";

/** One way by which a fault is told. */
export interface Told {
  /** What is measured. */
  metric: string;
  /** What compares it with a limit. */
  by: string;
  /** What carries it on. */
  through: string;
  /** Who hears of it; where nobody does although nothing is broken, why. */
  who: string;
  /**
   * Seconds at most from when the figure is past its limit to the first message, by what the plan
   * says; not the time that a figure over a window needs to get there. Undefined: AWS's own.
   */
  seconds: number | undefined;
  broken: Break[];
}
