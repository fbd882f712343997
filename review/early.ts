import { parseArgs } from "node:util";
import { ask, cachesOf, hasOtherLock, isSame, stacksOfBase, type Asked } from "./asked";
import { BaseProcess } from "./base-process";
import { Repository, type Worktree } from "./repository";

/** What has begun of a comparison, or of its base, before it runs. */
export interface Begun {
  asked?: Asked;
  /** Plans the base; absent where nothing of it has to be planned, or by other dependencies. */
  base?: BaseProcess;
  /** Of the base, in the process that plans it. */
  worktree?: Worktree;
  /** The signal by which a user has ended it meanwhile. */
  missed(): NodeJS.Signals | undefined;
}

/**
 * Begins what of a comparison needs no SDK, as loading those takes a quarter of a preview.
 *
 * @param args of the preview
 * @returns undefined where nothing is compared, or cannot be: the comparison then says why
 */
export async function begin(root: string, args: string[]): Promise<Begun | undefined> {
  const text = { type: "string" } as const;
  const options = { against: text, revision: text, stack: text };
  const { against, revision, stack } = parseArgs({ args, options, strict: false }).values;
  const repository = new Repository(root);
  try {
    if (typeof revision === "string" && process.connected) {
      return { missed: hold(), worktree: await repository.addWorktree(revision, false) };
    }
    if (typeof against !== "string") return undefined;
    const missed = hold();
    const asked = await ask(repository, against);
    const only = typeof stack === "string" ? stack : undefined;
    return { missed, asked, base: baseOf(root, asked, only) };
  } catch {
    return undefined;
  }
}

/** Holds signals until what owns a worktree is loaded. */
function hold(): Begun["missed"] {
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
