import { stackNames } from "../plan/stack-names";
import { RevisionCache } from "./cache";
import { editsPack } from "./guarded";
import type { ChangedFile, Repository } from "./repository";

/** What git says of a comparison. */
export interface Asked {
  /** The base. */
  commit: string;
  files: ChangedFile[];
  /** Names what plans a revision and reads its plan. */
  evaluator: string;
  /** Names what either side is planned from: where it is the same, so are the plans. */
  from: { base: string; head: string };
}

/** Folders and files that plan a revision and read its plan; another one makes other revisions of commits. */
const evaluator = [
  "plan",
  "policies",
  "upstream",
  "review",
  "cost",
  "preflight",
  "lib",
  "package-lock.json",
];

/** @throws UsageError when there is no such revision, or what is checked out is not committed. */
export async function ask(repository: Repository, ref: string): Promise<Asked> {
  const named = repository.commitOf(ref);
  const clean = repository.requireClean();
  const alone = Promise.all([repository.contentsOf(...evaluator), repository.plannedFrom("HEAD")]);
  // Whichever fails is told in the order in which they are awaited.
  for (const asked of [clean, alone]) asked.catch(() => {});
  const commit = await named;
  await clean;
  const [files, base] = await Promise.all([
    repository.changedSince(commit),
    repository.plannedFrom(commit),
  ]);
  const [contents, head] = await alone;
  return { commit, files, evaluator: contents, from: { base, head } };
}

/** What is kept of either side. */
export function cachesOf({ from, evaluator: by }: Asked): Record<"base" | "head", RevisionCache> {
  return { base: new RevisionCache(from.base, by), head: new RevisionCache(from.head, by) };
}

/** Whether the base's plans are the head's, and its pack is the one at hand. */
export function isSame({ from, files }: Asked): boolean {
  return from.base === from.head && !editsPack(files);
}

/** Whether the base has other dependencies: they are installed, and it is planned by its own preview. */
export function hasOtherLock({ files }: Asked): boolean {
  return files.some(({ path: file }) => file === "package-lock.json");
}

/** Stacks of the base: the head's, but for those that it adds, and those that it takes away. */
export function stacksOfBase(root: string, { files }: Asked): string[] {
  const stackOf = ({ path: file }: ChangedFile) => /^Pulumi\.([\w-]+)\.yaml$/.exec(file)?.[1];
  const of = (letter: string) =>
    files.filter(({ how }) => how === letter).flatMap((file) => stackOf(file) ?? []);
  const added = of("A");
  return [...stackNames(root).filter((stack) => !added.includes(stack)), ...of("D")];
}
