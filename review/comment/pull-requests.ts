import { z } from "zod";
import type { ChangedFile } from "../repository";
import { marker } from "../heading";
import { untilReady, type GitHub } from "./github";

const side = z.object({
  ref: z.string(),
  sha: z.string(),
  // A fork may have been deleted.
  repo: z.object({ full_name: z.string() }).nullable(),
});
const listed = z.object({ number: z.number(), head: side, base: side });
const pullRequest = listed.extend({ state: z.string(), changed_files: z.number() });
const file = z.object({
  filename: z.string(),
  status: z.string(),
  previous_filename: z.string().optional(),
});
const comment = z.object({
  id: z.number(),
  body: z.string().nullish(),
  user: z.object({ login: z.string() }).nullable(),
});

/** A pull request as far as a comment depends on it. */
export type PullRequest = z.infer<typeof pullRequest>;

/** What became of a comment. */
export type Outcome = "created" | "updated" | "unchanged";

/** The pull requests of a repository, and the comments of one author on them. */
export class PullRequests {
  private readonly path: string;

  constructor(
    private readonly github: GitHub,
    repository: string,
    /** Login of whoever comments: nobody else's comment is touched. */
    private readonly author: string,
  ) {
    this.path = `/repos/${repository}`;
  }

  /**
   * Open ones with that commit as their head. All are looked through: a commit's own list, commits/SHA/pulls,
   * is empty for a fork's (pulumi/registry#12160).
   */
  async withHead(head: string): Promise<PullRequest[]> {
    const all = await this.github.list(`${this.path}/pulls?state=open`, listed);
    const found: PullRequest[] = [];
    for (const { number } of all.filter(({ head: { sha } }) => sha === head))
      found.push(await this.github.one(`${this.path}/pulls/${number}`, pullRequest));
    return found;
  }

  /** Files that it changes, by their names before and after, and whether these are all of them. */
  async filesOf({ number, changed_files }: PullRequest) {
    const listed = await this.github.list(`${this.path}/pulls/${number}/files`, file);
    const files = listed.flatMap(({ filename, status, previous_filename: before }): ChangedFile[] =>
      [filename, ...(before === undefined ? [] : [before])].map((path) => ({ how: status, path })),
    );
    // GitHub lists 3,000 at most.
    return { files, all: listed.length >= changed_files };
  }

  /**
   * Puts a comment on it: in the place of the author's first one with our marker, or new. Others of his are
   * removed, as an old verdict beside a new one misleads.
   */
  put({ number }: PullRequest, body: string): Promise<Outcome> {
    const comments = `${this.path}/issues/${number}/comments`;
    // What was not answered may have been made: it is looked for again.
    return untilReady(async () => {
      const [first, ...others] = await this.own(comments);
      for (const { id } of others) await this.github.write("DELETE", this.comment(id));
      if (first?.body === body) return "unchanged";
      if (first) await this.github.write("PATCH", this.comment(first.id), { body });
      else await this.github.write("POST", comments, { body });
      return first ? "updated" : "created";
    });
  }

  /** Comments that are ours: by their author, whom nobody can pretend to be, and by what they begin with. */
  private async own(comments: string) {
    const all = await this.github.list(comments, comment);
    return all.filter(
      ({ user, body }) => user?.login === this.author && body?.startsWith(marker) === true,
    );
  }

  private comment(id: number): string {
    return `${this.path}/issues/comments/${id}`;
  }
}
