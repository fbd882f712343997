import type { Claim } from "../lib/claim";

/** Told what is being done, one short line at a time. */
export type Say = (text: string) => void;

/** A fault on a test bed, and what has to hold while and after it happens. */
export interface Drill<Bed> {
  /** For `--drill` and as the first part of its claims' ids. */
  name: string;
  /** For people. */
  title: string;
  /** Rejects when the fault was not injected, or when the test bed broke. */
  run(bed: Bed, say: Say): Promise<Claim[]>;
}
