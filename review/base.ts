import { once } from "node:events";
import { ends, UsageError } from "../lib/ends";
import { unlessStopped, untilStopped } from "../lib/signals";
import { loadProgram } from "../plan/program";
import { stackNames } from "../plan/stack-names";
import type { PlannedBase } from "./base-process";
import { beginBase, type BegunBase } from "./early";
import { planned, type Planned } from "./planned";

/**
 * What a {@link BaseProcess} does: plans a commit's stacks by this checkout's evaluator, tells them to who has
 * started it, and keeps the worktree until that one has read them there, or is gone.
 *
 * @param args the commit, and one stack only; absent: all that the commit has
 * @param begun its worktree, where it has begun before the SDKs were loaded
 */
export async function main(
  args: string[],
  { root, begun }: { root: string; begun?: BegunBase },
): Promise<number> {
  if (!begun && !process.connected)
    throw new UsageError("plan-revision: it is for preview --against alone");
  const stop = untilStopped();
  const [, stack] = args;
  // That one may be gone already: its worktree has begun before.
  const gone = process.connected ? once(process, "disconnect") : Promise.resolve([]);
  const plan = async (folder: string): Promise<PlannedBase> => {
    const program = await loadProgram(folder, false);
    const stacks: Record<string, Planned> = {};
    // One after the other: the SDK's mock runtime is global to the process.
    for (const name of stack === undefined ? stackNames(folder) : [stack])
      stacks[name] = await planned(folder, name, program);
    return { folder, stacks };
  };
  const { worktree, missed } = begun ?? (await beginBase(root, args));
  const signal = missed();
  if (signal) process.emit(signal);
  try {
    const alone = gone.then(() => undefined);
    const told = await unlessStopped(stop, Promise.race([worktree.filled.then(plan), alone]));
    if (told) {
      const read = once(process, "message");
      // That the other one is gone is told by the disconnection: the worktree is removed all the same.
      process.send!(told, () => {});
      await unlessStopped(stop, Promise.race([read, gone]));
    }
  } finally {
    await worktree.remove();
  }
  return ends.done;
}

// The launcher loads nothing but this file.
export { exitCode, explain } from "../lib/ends";
