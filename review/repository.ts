import { mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { UsageError } from "../lib/ends";
import { output, run } from "../lib/processes";

/** Folders that neither a plan nor its verdict reads: most of the files, and of the time. */
const unread = [
  "chaos",
  "conformance",
  "docs",
  "images",
  "pictures",
  "recovery",
  "rehearsal",
  "tests",
];

/** Folders that no program of a stack reads. */
const beside = [
  "commands",
  "cost",
  "mirror",
  "plan",
  "policies/*/*",
  "preflight",
  "review",
  "tools",
];

/** A file that differs between two commits: git's letter for how, and its path from the root. */
export interface ChangedFile {
  how: string;
  path: string;
}

/** A worktree of a commit. */
export interface Worktree {
  /** Its folder, once its files are there. */
  filled: Promise<string>;
  remove(): Promise<void>;
}

/** Asks git about the clone that a checkout belongs to. */
export class Repository {
  constructor(private readonly root: string) {}

  /** The commit behind a name. @throws UsageError when there is none here, and what to do. */
  async commitOf(ref: string): Promise<string> {
    const asked = ["rev-parse", "--verify", "--quiet", "--end-of-options", `${ref}^{commit}`];
    const { code, stdout } = await this.ask(...asked);
    if (code === 0) return stdout.trim();
    const shallow = await this.ask("rev-parse", "--is-shallow-repository");
    const name = JSON.stringify(ref);
    if (shallow.code !== 0)
      throw new UsageError(`--against: ${name}: this is no clone of a git repository`);
    throw new UsageError(
      shallow.stdout.trim() === "true"
        ? `--against: ${name} is not in this clone, which is shallow; run git fetch --unshallow origin ${ref}`
        : `--against: ${name} is no commit, branch or tag of this clone`,
    );
  }

  /** @throws UsageError when a file has changes that no commit has, or is none of git's. */
  async requireClean(): Promise<void> {
    const changed = await this.tell("status", "--porcelain");
    const [first, ...more] = changed.split("\n").filter(Boolean);
    if (first === undefined) return;
    const others = more.length > 0 ? ` and ${more.length} more` : "";
    throw new UsageError(
      `--against: ${first.slice(3)}${others} is not committed: commit it or stash it, as commits are compared`,
    );
  }

  /** What differs between a commit and the one that is checked out. */
  async changedSince(commit: string): Promise<ChangedFile[]> {
    const args = ["diff", "--name-status", "--no-renames", "-z", commit, "HEAD"];
    const fields = (await this.tell(...args)).split("\0").filter(Boolean);
    return fields.flatMap((how, index) =>
      index % 2 === 0 ? [{ how, path: fields[index + 1]! }] : [],
    );
  }

  /** Names what a stack's program can read of a commit: commits with the same name plan the same. */
  async plannedFrom(commit: string): Promise<string> {
    const apart = [...unread, ...beside.map((path) => path.split("/")[0]!)];
    // Of the rules the program reads some: they are told one level deeper.
    const entries = (await this.tell("ls-tree", commit, ".", "policies/")).split("\n");
    const read = entries.filter((entry) => {
      const name = entry.split("\t")[1]!;
      return !apart.includes(name) && !name.endsWith(".md");
    });
    return read.join("\n");
  }

  /** Names of the contents of folders and files, as they are checked out: other contents, other names. */
  async contentsOf(...paths: string[]): Promise<string> {
    return this.tell("rev-parse", ...paths.map((one) => `HEAD:${one}`));
  }

  async has(commit: string, file: string): Promise<boolean> {
    return (await this.ask("cat-file", "-e", `${commit}:${file}`)).code === 0;
  }

  /**
   * Runs `work` in a clean worktree of a commit, which is removed whatever comes of it.
   *
   * @param whole with all that plans and judges it; otherwise with its program and charts alone
   */
  async inWorktree<T>(
    commit: string,
    whole: boolean,
    work: (folder: string) => Promise<T>,
  ): Promise<T> {
    const worktree = await this.addWorktree(commit, whole);
    try {
      return await work(await worktree.filled);
    } finally {
      await worktree.remove();
    }
  }

  /** Begins a clean worktree of a commit, for the caller to remove; parts as of {@link inWorktree}. */
  async addWorktree(commit: string, whole: boolean): Promise<Worktree> {
    const parent = await mkdtemp(path.join(tmpdir(), "mini-xdr-against-"));
    const folder = path.join(parent, "base");
    const remove = async () => {
      await this.ask("worktree", "remove", "--force", "--force", folder);
      await rm(parent, { recursive: true, force: true });
    };
    try {
      await this.tell("worktree", "add", "--quiet", "--no-checkout", "--detach", folder, commit);
    } catch (error) {
      await remove();
      throw error;
    }
    const left = (whole ? unread : [...unread, ...beside]).map((name) => `:(exclude)${name}`);
    const filled = this.tell("-C", folder, "checkout", "--quiet", commit, "--", ".", ...left);
    // Its failure is met when it is awaited.
    filled.catch(() => {});
    return { filled: filled.then(() => folder), remove };
  }

  private ask(...args: string[]) {
    return run("git", args, { cwd: this.root });
  }

  private tell(...args: string[]): Promise<string> {
    return output("git", args, { cwd: this.root });
  }
}

/** Lets a worktree of the same lock file use a checkout's dependencies. */
export async function shareDependencies(root: string, worktree: string): Promise<void> {
  await symlink(path.join(root, "node_modules"), path.join(worktree, "node_modules"));
}
