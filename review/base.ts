import { UsageError } from "../lib/ends";
import { unlessStopped, untilStopped } from "../lib/signals";
import { loadProgram } from "../plan/program";
import { stackNames } from "../plan/stack-settings";
import { Repository, shareDependencies } from "./repository";
import { revisionOf, type Revision } from "./revision";

/**
 * What a {@link BaseProcess} does: plans a commit's stacks by this checkout's evaluator, and tells them to who
 * has started it. When that one is gone, it stops.
 *
 * @param stack one stack only; absent: all that the commit has
 */
export async function planRevisions(
  root: string,
  commit: string,
  stack: string | undefined,
): Promise<void> {
  if (!process.connected) throw new UsageError("--revision: it is for preview --against alone");
  const stop = untilStopped();
  const orphaned = () => process.emit("SIGTERM");
  process.once("disconnect", orphaned);
  const plan = async (folder: string) => {
    await shareDependencies(root, folder);
    const program = await loadProgram(folder, false);
    const planned: Record<string, Revision> = {};
    // One after the other: the SDK's mock runtime is global to the process.
    for (const name of stack === undefined ? stackNames(folder) : [stack])
      planned[name] = await revisionOf(folder, name, program);
    return planned;
  };
  const planned = await new Repository(root).inWorktree(commit, false, (folder) =>
    unlessStopped(stop, plan(folder)),
  );
  await new Promise<void>((resolve) => process.send!(planned, () => resolve()));
}
