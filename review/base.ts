import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { text } from "node:stream/consumers";
import { UsageError } from "../lib/ends";
import { start } from "../lib/processes";
import { unlessStopped, untilStopped } from "../lib/signals";
import { loadProgram } from "../plan/program";
import { stackNames } from "../plan/stack-settings";
import { Repository, shareDependencies } from "./repository";
import { firstLine, revisionOf, type Revision } from "./revision";

/** A revision's stacks by name; a stack that it does not have is missing. */
export type Revisions = Map<string, Revision>;

/** What is planned of a commit: one of its stacks, or all. */
export interface Wanted {
  commit: string;
  stack?: string;
}

/**
 * A commit that is planned in a process of its own, while this one plans what is checked out: the SDK's
 * mock runtime is global to a process, and there is more than one processor.
 */
export class BaseProcess {
  private constructor(
    private readonly child: ChildProcess,
    private readonly folder: string,
  ) {}

  /** Resolves when it runs, so that it does not wait for what this process does next. */
  static async start(root: string, { commit, stack }: Wanted): Promise<BaseProcess> {
    const folder = await mkdtemp(path.join(tmpdir(), "mini-xdr-base-"));
    const script = path.join(root, "commands/run.cjs");
    const only = stack === undefined ? [] : ["--stack", stack];
    const to = ["--json", fileIn(folder)];
    const args = ["--no-opt", script, "preview", "--revision", commit, ...only, ...to];
    const child = await start(process.execPath, args, {
      cwd: root,
      stdin: "ignore",
      stdout: "ignore",
    });
    return new BaseProcess(child, folder);
  }

  /**
   * What it has planned. It is waited for even when it is to stop, as its worktree is its own to remove.
   *
   * @throws UsageError when the commit cannot be planned, with its first words
   */
  async revisions(stop: AbortSignal): Promise<Revisions> {
    const end = () => this.child.kill("SIGTERM");
    stop.addEventListener("abort", end, { once: true });
    if (stop.aborted) end();
    try {
      const closed = once(this.child, "close") as Promise<[number | null]>;
      const [said, [code]] = await Promise.all([text(this.child.stderr!), closed]);
      stop.throwIfAborted();
      if (code !== 0) throw new UsageError(firstLine(said));
      const planned = JSON.parse(await readFile(fileIn(this.folder), "utf8")) as object;
      return new Map(Object.entries(planned) as [string, Revision][]);
    } finally {
      stop.removeEventListener("abort", end);
      await rm(this.folder, { recursive: true });
    }
  }
}

const fileIn = (folder: string) => path.join(folder, "revisions.json");

/** What that process does: plans by this checkout's evaluator, and writes the revisions by their stacks. */
export async function planRevisions(
  root: string,
  { commit, stack }: Wanted,
  file: string,
): Promise<void> {
  const stop = untilStopped();
  const plan = async (folder: string) => {
    await shareDependencies(root, folder);
    const program = await loadProgram(folder, false);
    const planned: Record<string, Revision> = {};
    for (const name of stack === undefined ? stackNames(folder) : [stack])
      planned[name] = await revisionOf(folder, name, program);
    await writeFile(file, JSON.stringify(planned));
  };
  const repository = new Repository(root);
  await repository.inWorktree(commit, false, (folder) => unlessStopped(stop, plan(folder)));
}
