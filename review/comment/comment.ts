import { ends, Failure } from "../../lib/ends";
import { writeJson } from "../../lib/json-file";
import { readArtifact, type Artifact } from "./artifact";
import { commentBody, verdictIn } from "./body";
import { doubtsAbout } from "./doubts";
import type { GitHub } from "./github";
import { PullRequests, type Outcome, type PullRequest } from "./pull-requests";

/** What is put where. */
export interface CommentOptions {
  /** OWNER/NAME */
  repository: string;
  /** Full SHA of the commit that was compared. */
  head: string;
  /** The comparison's file, or the folder it is in. */
  artifact: string;
  /** Address of the run that left it. */
  run?: string;
  /** Login of whoever comments. */
  author: string;
  /** Absolute path for what became of it. */
  json?: string;
}

/** What became of one pull request's comment. */
interface Written {
  number: number;
  outcome: Outcome | "stale" | "failed";
  /** What is doubted of the artifact, as Markdown. */
  doubts: string[];
}

/**
 * Puts a comparison on every open pull request with that head, and tells what became of it. Returns the exit
 * code: 1 when GitHub refuses, or when the comment has to say that there is no verdict.
 *
 * @throws UsageError when the artifact is not there; nothing is asked then
 * @throws Failure when GitHub says nothing of pull requests
 */
export async function comment(github: GitHub, options: CommentOptions): Promise<number> {
  const { repository, head, author, json } = options;
  const artifact = readArtifact(options.artifact);
  const verdict = verdictIn(artifact);
  const pullRequests = new PullRequests(github, repository, author);
  const found = await pullRequests.withHead(head);
  const pulls: Written[] = [];
  for (const one of found) {
    const others = found.filter((other) => other !== one);
    const written = await write(pullRequests, artifact, { one, others }, options);
    console.log(`#${written.number}: ${told[written.outcome]}`);
    pulls.push(written);
  }
  if (found.length === 0)
    console.log(
      `no open pull request has ${head} as its head: it is an older commit, or closed; nothing is posted`,
    );
  const posted = pulls.some(({ outcome }) => outcome !== "stale" && outcome !== "failed");
  if (posted && verdict === undefined)
    console.error("error: --artifact: it has no verdict, and the comment says so");
  if (json) writeJson(json, { version: 1, repository, head, verdict: verdict ?? null, pulls });
  const failed = pulls.some(({ outcome }) => outcome === "failed");
  return failed || (posted && verdict === undefined) ? ends.broken : ends.done;
}

const told: Record<Written["outcome"], string> = {
  created: "a new comment",
  updated: "its comment says it now",
  unchanged: "its comment says it already",
  stale: "it has another head by now, or is closed; nothing is posted",
  failed: "not commented",
};

async function write(
  pullRequests: PullRequests,
  artifact: Artifact,
  { one, others }: { one: PullRequest; others: PullRequest[] },
  { head, run }: CommentOptions,
): Promise<Written> {
  const { number } = one;
  if (one.state !== "open" || one.head.sha !== head)
    return { number, outcome: "stale", doubts: [] };
  try {
    const doubts = doubtsAbout(one, await pullRequests.filesOf(one), others);
    const outcome = await pullRequests.put(one, commentBody(artifact, { head, run, doubts }));
    return { number, outcome, doubts };
  } catch (error) {
    // What stands in the way of one, such as a locked conversation, does not in the way of the next.
    if (!(error instanceof Failure)) throw error;
    console.error(`error: ${error.message}`);
    return { number, outcome: "failed", doubts: [] };
  }
}
