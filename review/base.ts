import { UsageError } from "../lib/ends";
import { unlessStopped, untilStopped } from "../lib/signals";
import { loadProgram } from "../plan/program";
import { stackNames } from "../plan/stack-settings";
import type { Begun } from "./early";
import { Repository, shareDependencies } from "./repository";
import { revisionOf, type Revision } from "./revision";

/**
 * What a {@link BaseProcess} does: plans a commit's stacks by this checkout's evaluator, and tells them to who
 * has started it. When that one is gone, it stops.
 *
 * @param stack one stack only; absent: all that the commit has
 * @param begun its worktree, where it has begun before the SDKs were loaded
 */
export async function planRevisions(
  root: string,
  commit: string,
  stack: string | undefined,
  begun: Begun | undefined,
): Promise<void> {
  if (!process.connected) {
    await begun?.worktree?.remove();
    throw new UsageError("--revision: it is for preview --against alone");
  }
  const stop = untilStopped();
  process.once("disconnect", () => process.emit("SIGTERM"));
  const missed = begun?.missed();
  if (missed) process.emit(missed);
  const plan = async (folder: string) => {
    await shareDependencies(root, folder);
    const program = await loadProgram(folder, false);
    const planned: Record<string, Revision> = {};
    // One after the other: the SDK's mock runtime is global to the process.
    for (const name of stack === undefined ? stackNames(folder) : [stack])
      planned[name] = await revisionOf(folder, name, program);
    return planned;
  };
  const worktree = begun?.worktree ?? (await new Repository(root).addWorktree(commit, false));
  try {
    const planned = await unlessStopped(stop, worktree.filled.then(plan));
    await new Promise<void>((resolve) => process.send!(planned, () => resolve()));
  } finally {
    await worktree.remove();
  }
}
