import { parseArgs } from "node:util";
import { loadProgram } from "../plan/program";
import { ask, cachesOf, hasOtherLock, isSame, stacksOfBase, type Asked } from "./asked";
import { BaseProcess } from "./base-process";
import { Repository, shareDependencies, type Worktree } from "./repository";

/** What has begun of a comparison before it runs. */
export interface Begun {
  asked: Asked;
  /** Plans the base; absent where nothing of it has to be planned, or by other dependencies. */
  base: BaseProcess | undefined;
  missed: Missed;
}

/** What has begun of a base, in the process that plans it. */
export interface BegunBase {
  /** Its folder has this checkout's dependencies once it is filled. */
  worktree: Worktree;
  missed: Missed;
}

/** Tells the signal by which a user has ended it meanwhile. */
type Missed = () => NodeJS.Signals | undefined;

/**
 * Begins what of a comparison needs no SDK, as loading those takes a quarter of a preview.
 *
 * @param args of the preview
 * @returns undefined where nothing is compared
 * @throws what the comparison, once it is loaded, meets again and says
 */
export async function begin(root: string, args: string[]): Promise<Begun | undefined> {
  const text = { type: "string" } as const;
  const options = { against: text, stack: text };
  const { against, stack } = parseArgs({ args, options, strict: false }).values;
  if (typeof against !== "string") return undefined;
  const missed = hold();
  const asked = await ask(new Repository(root), against);
  const only = typeof stack === "string" ? stack : undefined;
  return { missed, asked, base: baseOf(root, asked, only) };
}

/** Begins the worktree that a base is planned in, and as soon as its files are there, to compile its program. */
export async function beginBase(root: string, [commit = ""]: string[]): Promise<BegunBase> {
  const missed = hold();
  const { filled, remove } = await new Repository(root).addWorktree(commit, false);
  const shared = filled.then(async (folder) => {
    await shareDependencies(root, folder);
    // Whoever loads it meets why it does not compile.
    loadProgram(folder, false).catch(() => {});
    return folder;
  });
  shared.catch(() => {});
  return { missed, worktree: { filled: shared, remove } };
}

/** Holds signals until what owns a worktree is loaded. */
function hold(): Missed {
  let missed: NodeJS.Signals | undefined;
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
    process.on(signal, () => (missed = signal));
  return () => missed;
}

function baseOf(root: string, asked: Asked, stack: string | undefined): BaseProcess | undefined {
  if (isSame(asked) || hasOtherLock(asked)) return undefined;
  const { base } = cachesOf(asked);
  const wanted = stacksOfBase(root, asked).filter((name) => stack === undefined || name === stack);
  if (wanted.every((name) => base.has(name))) return undefined;
  return new BaseProcess(root, asked.commit, stack);
}
