import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { text } from "node:stream/consumers";
import type { Planned } from "./planned";

/** What a commit plans, and where: its worktree is there until it is {@link BaseProcess.release | released}. */
export interface PlannedBase {
  folder: string;
  /** By stack; one that the commit does not have is missing. */
  stacks: Record<string, Planned>;
}

/**
 * A commit that is planned in a process of its own, while this one plans what is checked out: the SDK's
 * mock runtime is global to a process, and there is more than one processor. It ends with this one.
 */
export class BaseProcess {
  private readonly child: ChildProcess;
  /** Its last words, once it and its worktree are gone. */
  readonly gone: Promise<string>;
  /** From the beginning: what it tells while nobody listens would be lost. */
  private readonly told: Promise<PlannedBase>;

  /** @param stack one stack only; absent: all that the commit has */
  constructor(root: string, commit: string, stack: string | undefined) {
    const args = ["plan-revision", commit, ...(stack === undefined ? [] : [stack])];
    this.child = fork(path.join(root, "commands/run.cjs"), args, {
      cwd: root,
      execArgv: ["--no-opt"],
      stdio: ["ignore", "ignore", "pipe", "ipc"],
    });
    this.told = new Promise((resolve) => this.child.once("message", resolve));
    const ended = [text(this.child.stderr!), once(this.child, "close")] as const;
    this.gone = Promise.all(ended).then(([said]) => said);
    // That it cannot be started is met when it is awaited.
    this.gone.catch(() => {});
  }

  /**
   * What it has planned, as soon as it tells; undefined when it has ended without. When it is to stop, it is
   * waited for, as its worktree is its own to remove.
   */
  async planned(stop: AbortSignal): Promise<PlannedBase | undefined> {
    const end = () => this.child.kill("SIGTERM");
    stop.addEventListener("abort", end, { once: true });
    if (stop.aborted) end();
    const planned = await Promise.race([this.told, this.gone.then(() => undefined)]);
    if (stop.aborted) await this.gone;
    stop.removeEventListener("abort", end);
    return planned;
  }

  /** Lets it remove its worktree: what it has planned there is read. */
  release(): void {
    // One that has just ended needs no word.
    if (this.child.connected) this.child.send("read", () => {});
  }
}
