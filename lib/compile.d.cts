/** An entry point that can be run. */
export interface Compiled {
  /** Runs it afresh at every call and returns its exports. */
  run: () => unknown;
  /** What it takes from the Pulumi SDKs, by module name. */
  imports: string[];
  /** Keeps what V8 has compiled of it, for the next run. */
  save: () => void;
}

/**
 * Compiles one of a checkout's entry points, with all it imports but the Pulumi SDKs: from the cache
 * while no file that went into it has changed, else by esbuild.
 *
 * @param keep whether the next run may want it: of a checkout that goes again, nobody will
 */
export function compile(root: string, entry: string, keep?: boolean): Promise<Compiled>;
