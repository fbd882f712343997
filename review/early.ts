import { parseArgs } from "node:util";
import { ask, cachesOf, hasOtherLock, isSame, stacksOfBase, type Asked } from "./asked";
import { BaseProcess } from "./base-process";
import { Repository } from "./repository";

/** What of a comparison has begun before it runs. */
export interface Begun {
  asked: Asked;
  /** Plans the base; undefined where nothing of it has to be planned, or by other dependencies. */
  base: BaseProcess | undefined;
}

/**
 * Begins what of a comparison needs no SDK, as loading those takes a quarter of a preview.
 *
 * @param args of the preview
 * @returns undefined where nothing is compared, or cannot be: the comparison then says why
 */
export async function begin(root: string, args: string[]): Promise<Begun | undefined> {
  const options = { against: { type: "string" }, stack: { type: "string" } } as const;
  const { against, stack } = parseArgs({ args, options, strict: false }).values;
  if (typeof against !== "string") return undefined;
  try {
    const asked = await ask(new Repository(root), against);
    return { asked, base: baseOf(root, asked, typeof stack === "string" ? stack : undefined) };
  } catch {
    return undefined;
  }
}

function baseOf(root: string, asked: Asked, stack: string | undefined): BaseProcess | undefined {
  if (isSame(asked) || hasOtherLock(asked)) return undefined;
  const { base } = cachesOf(asked);
  const wanted = stacksOfBase(root, asked).filter((name) => stack === undefined || name === stack);
  if (wanted.every((name) => base.has(name))) return undefined;
  return new BaseProcess(root, asked.commit, stack);
}
