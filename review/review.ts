import { writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { setImmediate } from "node:timers/promises";
import { readPrices } from "../cost/prices";
import { ends, Failure, UsageError } from "../lib/ends";
import { run } from "../lib/processes";
import { unlessStopped, untilStopped } from "../lib/signals";
import { writePlan, type Plan } from "../plan/plan";
import { readPlan } from "../plan/plan-file";
import { loadProgram } from "../plan/program";
import { stackNames } from "../plan/stack-settings";
import type { Violation } from "../policies/pack/judge";
import { BaseProcess, type Revisions } from "./base";
import { RevisionCache } from "./cache";
import { editsPack, guardedIn, tiersIn } from "./guarded";
import { reviewMarkdown } from "./markdown";
import { Repository, shareDependencies, type ChangedFile } from "./repository";
import {
  firstLine,
  foreignRevisionOf,
  installDependencies,
  revisionOf,
  type Revision,
} from "./revision";
import { judgedByBase, reviewOf, type Sides } from "./stack-review";
import { reviewText } from "./text";
import { isBlocked, type Review } from "./verdict";

/** What is compared, and what of it may go. */
export interface ReviewOptions {
  /** Commit, branch or tag that is the base. */
  against: string;
  /** One stack; absent: every stack of either revision. */
  stack?: string;
  /** URNs of what holds data and may be replaced or deleted all the same. */
  allow: string[];
  /** Absolute path for the comment. */
  markdown?: string;
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

/**
 * Compares what is checked out with another revision, by stack, prints what a reviewer has to know, and
 * returns the exit code: 1 when the base's pack objects, or when something goes that holds data or an
 * address and is not allowed to.
 *
 * @throws UsageError when one of the two cannot be had or planned; nothing stays behind.
 */
export async function review(root: string, options: ReviewOptions): Promise<number> {
  const stop = untilStopped();
  const repository = new Repository(root);
  const [commitNamed, clean, alone] = [
    repository.commitOf(options.against),
    repository.requireClean(),
    Promise.all([repository.contentsOf(...evaluator), repository.plannedFrom("HEAD")]),
  ];
  // Git has begun after this turn, and while it answers the program loads.
  await setImmediate();
  // Whichever fails is told in the order in which they are awaited.
  for (const asked of [clean, alone, loadProgram(root)]) asked.catch(() => {});
  const commit = await commitNamed;
  await clean;
  const [files, base] = await Promise.all([
    repository.changedSince(commit),
    repository.plannedFrom(commit),
  ]);
  const [contents, head] = await alone;
  const caches = {
    base: new RevisionCache(base, contents),
    head: new RevisionCache(head, contents),
    same: base === head,
  };
  const comparison = new Comparison(root, repository, options, { commit, files, caches, stop });
  const result = await comparison.run();
  // A worktree that was there has been removed by now.
  stop.throwIfAborted();
  console.log(reviewText(result));
  if (options.markdown) write(options.markdown, reviewMarkdown(result));
  return isBlocked(result) ? ends.broken : ends.done;
}

interface Between {
  commit: string;
  files: ChangedFile[];
  /** What is kept of either side, and whether both are planned from the same. */
  caches: { base: RevisionCache; head: RevisionCache; same: boolean };
  stop: AbortSignal;
}

class Comparison {
  constructor(
    private readonly root: string,
    private readonly repository: Repository,
    private readonly options: ReviewOptions,
    private readonly between: Between,
  ) {}

  async run(): Promise<Review> {
    const { against: ref, allow } = this.options;
    const { commit, files } = this.between;
    const inHead = this.wanted(stackNames(this.root));
    const inBase = this.wanted(namesInBase(stackNames(this.root), files));
    if (inHead.length + inBase.length === 0)
      throw new UsageError(
        `--stack: ${JSON.stringify(this.options.stack)} is not allowed; allowed: ${stackNames(this.root).join(", ")}`,
      );
    const { heads, bases, judged } = await this.revisions(inHead, inBase);
    const prices = readPrices(this.root);
    const stacks = [...new Set([...inHead, ...inBase])].sort().map((stack) => {
      const sides: Sides = { stack, base: bases.get(stack), head: heads.get(stack) };
      const violations = judged.get(stack) ?? judgedByBase(sides, this.root);
      return reviewOf(sides, { root: this.root, prices, violations, allowed: allow });
    });
    const going = stacks.flatMap(({ changes }) => changes.map(({ urn }) => urn));
    const unknown = allow.filter((urn) => !going.includes(urn));
    if (unknown.length > 0)
      throw new UsageError(
        unknown.map((urn) => `--allow: ${urn}: nothing of it changes`).join("\n"),
      );
    const guarded = [...guardedIn(files), ...tiersIn(stacks)];
    return { ref, commit, stacks, guarded, judgedByCode: judged.size > 0 };
  }

  /** Whether the base has other dependencies: they are installed, and it is planned by its own preview. */
  private get hasOtherLock(): boolean {
    return this.between.files.some(({ path: file }) => file === "package-lock.json");
  }

  private wanted(stacks: string[]): string[] {
    const { stack } = this.options;
    return stack === undefined ? stacks : stacks.filter((name) => name === stack);
  }

  /** Both revisions of every stack, and the base's verdict where its pack is other code. */
  private async revisions(inHead: string[], inBase: string[]) {
    const { caches, files } = this.between;
    const byCode = editsPack(files);
    if (caches.same && !byCode) {
      const heads = await this.headsOf(inHead);
      return { heads, bases: heads, judged: none };
    }
    const bases: Revisions = new Map();
    for (const stack of inBase) {
      const known = caches.base.read(stack);
      if (known) bases.set(stack, known);
    }
    const missing = inBase.filter((stack) => !bases.has(stack));
    if (missing.length > 0 || byCode) await this.requireLockFile();
    const apart = missing.length > 0 && !this.hasOtherLock ? await this.startBase() : undefined;
    const heads = this.headsOf(inHead);
    // Its failure is met when it is awaited, which is after all that the base needs has ended.
    heads.catch(() => {});
    const planned = await this.said(apart?.revisions(this.between.stop));
    planned?.forEach((revision, stack) => this.keepBase(bases, stack, revision));
    const left = missing.filter((stack) => !bases.has(stack));
    const judged =
      left.length > 0 || byCode
        ? await this.inBase(left, heads, bases, byCode ? inBase : [])
        : none;
    return { heads: await heads, bases, judged };
  }

  private async headsOf(stacks: string[]): Promise<Revisions> {
    const program = await loadProgram(this.root);
    const heads: Revisions = new Map();
    // One after the other: the SDK's mock runtime is global to the process.
    for (const stack of stacks) heads.set(stack, await revisionOf(this.root, stack, program));
    // Once it is merged, it is the base of others.
    const { head } = this.between.caches;
    for (const [stack, revision] of heads) if (!head.has(stack)) head.keep(stack, revision);
    return heads;
  }

  private startBase(): Promise<BaseProcess> {
    const { commit } = this.between;
    return BaseProcess.start(this.root, { commit, stack: this.options.stack });
  }

  /** Does by the base's own code, with its own dependencies, what is left: plans it, and judges the head. */
  private inBase(
    left: string[],
    heads: Promise<Revisions>,
    bases: Revisions,
    judging: string[],
  ): Promise<Map<string, Violation[]>> {
    const work = async (folder: string) => {
      if (this.hasOtherLock) await this.said(installDependencies(folder));
      else await shareDependencies(this.root, folder);
      for (const stack of left)
        this.keepBase(bases, stack, (await this.said(foreignRevisionOf(folder, stack)))!);
      const planned = await heads;
      const judged = new Map<string, Violation[]>();
      for (const stack of judging) {
        const plan = planned.get(stack)?.plan;
        if (plan) judged.set(stack, await this.judgedBy(folder, plan));
      }
      return judged;
    };
    const { commit, stop } = this.between;
    return this.repository.inWorktree(commit, true, (folder) => unlessStopped(stop, work(folder)));
  }

  private keepBase(bases: Revisions, stack: string, revision: Revision): void {
    this.between.caches.base.keep(stack, revision);
    bases.set(stack, revision);
  }

  /** The head by the code of the base's pack: its rules, tables, exemptions and tier. */
  private async judgedBy(folder: string, plan: Plan): Promise<Violation[]> {
    const own = await mkdtemp(path.join(tmpdir(), "mini-xdr-judged-"));
    const [file, answer] = [path.join(own, "plan.json"), path.join(own, "judged.json")];
    try {
      writePlan(file, plan);
      const script = path.join(folder, "commands/run.cjs");
      const args = [script, "policy", "--plan", file, "--of", this.root, "--json", answer];
      const { code, stderr } = await run(process.execPath, args, { cwd: folder });
      if (code > 1) this.fail(new UsageError(`its pack cannot judge this: ${firstLine(stderr)}`));
      return readPlan(answer).violations;
    } finally {
      await rm(own, { recursive: true });
    }
  }

  private async requireLockFile(): Promise<void> {
    if (await this.repository.has(this.between.commit, "package-lock.json")) return;
    this.fail(new UsageError("it has no package-lock.json, so nothing tells what it needs"));
  }

  /** What comes of the base; what is wrong with it is said in one line, with its name. */
  private async said<T>(work: Promise<T> | undefined): Promise<T | undefined> {
    return work?.catch((error: unknown) => this.fail(error));
  }

  private fail(error: unknown): never {
    if (!(error instanceof UsageError)) throw error;
    const said = firstLine(error.message);
    throw new UsageError(`--against: ${this.options.against}: ${said}`, { cause: error });
  }
}

const none = new Map<string, Violation[]>();

/** Stacks of the base: the head's, but for those that it adds, and those that it takes away. */
function namesInBase(inHead: string[], files: ChangedFile[]): string[] {
  const stackOf = ({ path: file }: ChangedFile) => /^Pulumi\.([\w-]+)\.yaml$/.exec(file)?.[1];
  const of = (letter: string) =>
    files.filter(({ how }) => how === letter).flatMap((file) => stackOf(file) ?? []);
  const added = of("A");
  return [...inHead.filter((stack) => !added.includes(stack)), ...of("D")];
}

function write(file: string, text: string): void {
  try {
    writeFileSync(file, text);
  } catch (error) {
    throw new Failure(`${file} could not be written: ${(error as Error).message}`, {
      cause: error,
    });
  }
}
