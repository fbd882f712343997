import { compile } from "../lib/compile.cjs";
import { UsageError } from "../lib/ends";

/** The program, run afresh at every call; returns its exports. */
export type Program = () => unknown;

/**
 * Compiles a checkout's program, `index.ts` with all that it imports.
 *
 * @param keep false for a checkout that goes again: nothing of it is kept in the cache
 * @throws UsageError, a line for each place, when it does not compile.
 */
export async function loadProgram(root: string, keep = true): Promise<Program> {
  try {
    return (await compile(root, "index.ts", keep)).run;
  } catch (error) {
    throw buildProblems(error) ?? error;
  }
}

/** What esbuild says, as one line for each place. */
function buildProblems(error: unknown): UsageError | undefined {
  const { errors } = error as Partial<import("esbuild").BuildFailure>;
  if (!errors) return undefined;
  const lines = errors.map(({ text, location }) =>
    location ? `${location.file}:${location.line}:${location.column + 1}: ${text}` : text,
  );
  return new UsageError(`the program does not compile:\n  ${lines.join("\n  ")}`);
}
