import type { Program } from "../plan/evaluate";

/** What the launcher hands to a command. */
export interface Launch {
  /** The project's folder. */
  root: string;
  /** The Pulumi program, compiled. */
  program: Program;
}
