import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { text } from "node:stream/consumers";
import type { Revision } from "./revision";

/** A revision's stacks by name; a stack that it does not have is missing. */
export type Revisions = Map<string, Revision>;

/**
 * A commit that is planned in a process of its own, while this one plans what is checked out: the SDK's
 * mock runtime is global to a process, and there is more than one processor. It ends with this one.
 */
export class BaseProcess {
  private readonly child: ChildProcess;

  /** @param stack one stack only; absent: all that the commit has */
  constructor(root: string, commit: string, stack: string | undefined) {
    const only = stack === undefined ? [] : ["--stack", stack];
    const args = ["preview", "--revision", commit, ...only];
    this.child = fork(path.join(root, "commands/run.cjs"), args, {
      cwd: root,
      execArgv: ["--no-opt"],
      stdio: ["ignore", "ignore", "pipe", "ipc"],
    });
  }

  /**
   * What it has planned, or its last words. It is waited for even when it is to stop, as its worktree is its
   * own to remove.
   */
  async ended(stop: AbortSignal): Promise<{ revisions?: Revisions; said: string }> {
    const end = () => this.child.kill("SIGTERM");
    stop.addEventListener("abort", end, { once: true });
    if (stop.aborted) end();
    let planned: Record<string, Revision> | undefined;
    this.child.once("message", (message: Record<string, Revision>) => (planned = message));
    const [said] = await Promise.all([text(this.child.stderr!), once(this.child, "close")]);
    stop.removeEventListener("abort", end);
    return { revisions: planned && new Map(Object.entries(planned)), said };
  }
}
