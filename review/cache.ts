import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";
import { cacheHome, digest } from "../lib/code-cache.cjs";
import { dayOf } from "../lib/day";
import type { Revision } from "./revision";

/** Revisions that are kept: those of a few pull requests, of both stacks. */
const kept = 24;

/**
 * What was planned before, by the folder of everything else that is kept on a machine. It only saves time:
 * what is missing or damaged is planned again.
 */
export class RevisionCache {
  private readonly folder = path.join(cacheHome(), "revisions");

  /**
   * @param contents names what a revision is planned from: commits that differ in nothing else share it
   * @param evaluator names what plans and reads a plan: by another one, the same contents are another plan
   */
  constructor(
    private readonly contents: string,
    private readonly evaluator: string,
  ) {}

  has(stack: string): boolean {
    return existsSync(this.fileOf(stack));
  }

  read(stack: string): Revision | undefined {
    try {
      return JSON.parse(readFileSync(this.fileOf(stack), "utf8")) as Revision;
    } catch {
      return undefined;
    }
  }

  keep(stack: string, revision: Revision): void {
    const file = this.fileOf(stack);
    try {
      mkdirSync(this.folder, { recursive: true, mode: 0o700 });
      writeFileSync(`${file}.${process.pid}`, JSON.stringify(revision), { mode: 0o600 });
      renameSync(`${file}.${process.pid}`, file);
      this.prune();
    } catch {
      // Where nothing can be kept, the next comparison takes as long as this one.
    }
  }

  /** Exemptions end on a day: what was read of them yesterday may be otherwise. */
  private fileOf(stack: string): string {
    return path.join(
      this.folder,
      `${digest(this.contents, stack, this.evaluator, dayOf(new Date()))}.json`,
    );
  }

  private prune(): void {
    const files = readdirSync(this.folder).map((name) => path.join(this.folder, name));
    const age = (file: string) => statSync(file).mtimeMs;
    for (const file of files.sort((a, b) => age(b) - age(a)).slice(kept)) rmSync(file);
  }
}
