import type { Begun } from "../review/early";

/** What the launcher hands to a command: each exports a `main` that takes this beside its arguments. */
export interface Launch {
  /** The project's folder. */
  root: string;
  /** What of a comparison has begun before its command was loaded. */
  begun?: Begun;
}

/** A command: resolves with its exit code (lib/ends), rejects with what ended it. */
export type Main = (args: string[], launch: Launch) => Promise<number>;
