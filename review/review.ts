import { writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { readPrices } from "../cost/prices";
import { ends, Failure, UsageError } from "../lib/ends";
import { run } from "../lib/processes";
import { unlessStopped, untilStopped } from "../lib/signals";
import { writePlan, type Plan } from "../plan/plan";
import { readPlan } from "../plan/plan-file";
import { loadProgram } from "../plan/program";
import { stackNames } from "../plan/stack-names";
import type { Violation } from "../policies/pack/judge";
import { ask, cachesOf, hasOtherLock, isSame, stacksOfBase, type Asked } from "./asked";
import { BaseProcess } from "./base-process";
import type { Begun } from "./early";
import { editsPack, guardedIn, tiersIn } from "./guarded";
import { reviewMarkdown } from "./markdown";
import { planned } from "./planned";
import { Repository, shareDependencies } from "./repository";
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

/**
 * Compares what is checked out with another revision, by stack, prints what a reviewer has to know, and
 * returns the exit code: 1 when the base's pack objects, or when something goes that holds data or an
 * address and is not allowed to.
 *
 * @param begun what of it has begun before the SDKs were loaded
 * @throws UsageError when one of the two cannot be had or planned; nothing stays behind.
 */
export async function review(root: string, options: ReviewOptions, begun?: Begun): Promise<number> {
  const stop = untilStopped();
  const missed = begun?.missed();
  if (missed) process.emit(missed);
  const repository = new Repository(root);
  const asked = begun?.asked ?? (await ask(repository, options.against));
  const comparison = new Comparison(root, repository, options, { asked, base: begun?.base, stop });
  const result = await comparison.run();
  // A worktree that was there has been removed by now.
  stop.throwIfAborted();
  console.log(reviewText(result));
  if (options.markdown) write(options.markdown, reviewMarkdown(result));
  return isBlocked(result) ? ends.broken : ends.done;
}

/** A revision's stacks by name; a stack that it does not have is missing. */
type Revisions = Map<string, Revision>;

interface Between {
  asked: Asked;
  /** Plans the base already, where somebody has begun. */
  base: BaseProcess | undefined;
  stop: AbortSignal;
}

class Comparison {
  private readonly caches: ReturnType<typeof cachesOf>;
  /** Plans the base, where it has to be planned. */
  private apart: BaseProcess | undefined;
  /** Of the base, what was planned now: it is kept for the next one. */
  private readonly fresh: Revisions = new Map();

  constructor(
    private readonly root: string,
    private readonly repository: Repository,
    private readonly options: ReviewOptions,
    private readonly between: Between,
  ) {
    this.caches = cachesOf(between.asked);
  }

  async run(): Promise<Review> {
    try {
      return await this.compare();
    } finally {
      // That one has tidied up while this one compared.
      for (const [stack, revision] of this.fresh) this.caches.base.keep(stack, revision);
      await this.apart?.gone;
    }
  }

  private async compare(): Promise<Review> {
    const { against: ref, allow } = this.options;
    const { commit, files } = this.between.asked;
    const inHead = this.wanted(stackNames(this.root));
    const inBase = this.wanted(stacksOfBase(this.root, this.between.asked));
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

  private wanted(stacks: string[]): string[] {
    const { stack } = this.options;
    return stack === undefined ? stacks : stacks.filter((name) => name === stack);
  }

  /** Both revisions of every stack, and the base's verdict where its pack is other code. */
  private async revisions(inHead: string[], inBase: string[]) {
    const { asked, stop } = this.between;
    if (isSame(asked)) {
      const heads = await this.headsOf(inHead);
      return { heads, bases: heads, judged: none };
    }
    const bases: Revisions = new Map();
    for (const stack of inBase) {
      const known = this.caches.base.read(stack);
      if (known) bases.set(stack, known);
    }
    const missing = inBase.filter((stack) => !bases.has(stack));
    const byCode = editsPack(asked.files);
    if (missing.length > 0 || byCode) await this.requireLockFile();
    const planned = missing.length > 0 && !hasOtherLock(asked) ? this.plannedApart() : undefined;
    const heads = this.headsOf(inHead);
    // Judged by its own settings while the base is planned, which has mostly the same. A failure is met when
    // it is awaited, which is after all that the base needs has ended.
    heads.then((found) => judgeAhead(found, this.root)).catch(() => {});
    for (const [stack, revision] of (await planned) ?? []) this.take(bases, stack, revision);
    stop.throwIfAborted();
    const left = missing.filter((stack) => !bases.has(stack));
    const judged =
      left.length > 0 || byCode
        ? await this.inBase(left, heads, bases, byCode ? inBase : [])
        : none;
    return { heads: await heads, bases, judged };
  }

  /** The base, by a process of its own that may have begun already. */
  private async plannedApart(): Promise<Revisions> {
    const { asked, base, stop } = this.between;
    this.apart = base ?? new BaseProcess(this.root, asked.commit, this.options.stack);
    try {
      const told = await this.apart.planned(stop);
      stop.throwIfAborted();
      if (!told) throw new UsageError(firstLine(await this.apart.gone));
      // Here, where most of what its charts deploy has been read already.
      const all = Object.entries(told.stacks);
      return new Map(all.map(([stack, its]) => [stack, revisionOf(told.folder, its)]));
    } catch (error) {
      return this.fail(error);
    } finally {
      this.apart.release();
    }
  }

  private async headsOf(stacks: string[]): Promise<Revisions> {
    const program = await loadProgram(this.root);
    const heads: Revisions = new Map();
    // One after the other: the SDK's mock runtime is global to the process.
    for (const stack of stacks) {
      const head = await planned(this.root, stack, program);
      heads.set(stack, revisionOf(this.root, head));
    }
    // Once it is merged, it is the base of others.
    const { head } = this.caches;
    for (const [stack, revision] of heads) if (!head.has(stack)) head.keep(stack, revision);
    return heads;
  }

  /** Does by the base's own code, with its own dependencies, what is left: plans it, and judges the head. */
  private inBase(
    left: string[],
    heads: Promise<Revisions>,
    bases: Revisions,
    judging: string[],
  ): Promise<Map<string, Violation[]>> {
    const { asked, stop } = this.between;
    const work = async (folder: string) => {
      if (hasOtherLock(asked)) await this.said(installDependencies(folder));
      else await shareDependencies(this.root, folder);
      for (const stack of left)
        this.take(bases, stack, await this.said(foreignRevisionOf(folder, stack)));
      const planned = await heads;
      const judged = new Map<string, Violation[]>();
      for (const stack of judging) {
        const plan = planned.get(stack)?.plan;
        if (plan) judged.set(stack, await this.judgedBy(folder, plan));
      }
      return judged;
    };
    return this.repository.inWorktree(asked.commit, true, (folder) =>
      unlessStopped(stop, work(folder)),
    );
  }

  private take(bases: Revisions, stack: string, revision: Revision): void {
    this.fresh.set(stack, revision);
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
    if (await this.repository.has(this.between.asked.commit, "package-lock.json")) return;
    this.fail(new UsageError("it has no package-lock.json, so nothing tells what it needs"));
  }

  /** What comes of the base; what is wrong with it is said in one line, with its name. */
  private said<T>(work: Promise<T>): Promise<T> {
    return work.catch((error: unknown) => this.fail(error));
  }

  private fail(error: unknown): never {
    if (!(error instanceof UsageError)) throw error;
    const said = firstLine(error.message);
    throw new UsageError(`--against: ${this.options.against}: ${said}`, { cause: error });
  }
}

function judgeAhead(heads: Revisions, root: string): void {
  for (const [stack, head] of heads) judgedByBase({ stack, base: undefined, head }, root);
}

const none = new Map<string, Violation[]>();

function write(file: string, text: string): void {
  try {
    writeFileSync(file, text);
  } catch (error) {
    throw new Failure(`${file} could not be written: ${(error as Error).message}`, {
      cause: error,
    });
  }
}
