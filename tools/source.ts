/** Told what an installation is doing, one short line at a time. */
export type Progress = (line: string) => void;

/** Where a tool comes from. One implementation a file: `go.ts`, … */
export interface Source {
  /** The exact version, as the tool's makers write it: `v3.22.0`. */
  readonly version: string;
  /** Absolute path of the executable if this machine has it in this version, else undefined. */
  find(): Promise<string | undefined>;
  /**
   * Brings the executable to this machine and returns its absolute path. Safe to run in several
   * processes at once. Rejects with `MissingTool` when the machine lacks what it takes.
   */
  install(progress: Progress): Promise<string>;
}
