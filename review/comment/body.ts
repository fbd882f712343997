import { code } from "../escape";
import { fitting } from "../fitting";
import { headings, marker, type Verdict } from "../heading";
import type { Artifact } from "./artifact";
import { claimOf, type Claim } from "./claim";

/** Characters that GitHub takes: "body is too long (maximum is 65536 characters)" (danger/danger#424). */
export const longest = 65_536;

/** What is told of a commit, beside what its run has left. */
export interface Told {
  /** The commit that was compared. */
  head: string;
  /** Address of the run that left the artifact, where it is known. */
  run?: string;
  /** Why the artifact may be the change's own word, as Markdown; empty: the base's code wrote it. */
  doubts: string[];
}

/** The verdict in the middle of a line. */
const words: Record<Verdict, string> = {
  blocked: "blocked",
  open: "nothing blocks it",
  unchanged: "no change",
};

/** The verdict that a comment gives; undefined: its run has left none. */
export function verdictIn(artifact: Artifact): Verdict | undefined {
  return artifact.text === undefined ? undefined : claimOf(artifact.text)?.verdict;
}

/**
 * The comment on a pull request. Its beginning, and what it says of the change's own word, are ours; what
 * the artifact says stands below, without any markup of its own. The beginning is never cut.
 */
export function commentBody(artifact: Artifact, told: Told): string {
  if (artifact.text === undefined) return withoutVerdict(artifact.why, told);
  const claim = claimOf(artifact.text);
  if (!claim) return withoutVerdict("a text that is no comparison", told);
  return told.doubts.length > 0
    ? ownWord(claim, artifact.whole, told)
    : judged(claim, artifact.whole, told);
}

/** Nobody may take an older verdict for this commit's. */
function withoutVerdict(why: string, told: Told): string {
  return [
    marker,
    "## ⚠️ No verdict",
    "",
    `Nothing is known of commit ${code(short(told))}: ${runOf(told)} has left ${why} where its comparison should be.`,
    "",
  ].join("\n");
}

function judged({ verdict, parts }: Claim, whole: boolean, told: Told): string {
  if (verdict === "unchanged" && parts.length === 1)
    return `${marker}\n${headings.unchanged} ${parts[0]} ${source(told)}\n`;
  const head = [marker, headings[verdict], "", source(told), "", ""].join("\n");
  return fitted(head, parts, "", whole, told);
}

/** What a change says of itself is named as that, and stands folded below what is known without it. */
function ownWord({ verdict, parts }: Claim, whole: boolean, told: Told): string {
  const head = [
    marker,
    `## ⚠️ By its own word: ${words[verdict]}`,
    "",
    "> **This is no verdict of the base.** The run that says so may have been told what to say:",
    ">",
    ...told.doubts.map((doubt) => `> - ${doubt}`),
    "",
    source(told),
    "",
    "<details><summary>What its run says</summary>",
    "",
    "",
  ].join("\n");
  return fitted(head, parts, "</details>\n", whole, told);
}

/** As many parts as fit, in their order; of one that does not, nothing, nor of what follows it. */
function fitted(head: string, parts: string[], tail: string, whole: boolean, told: Told): string {
  const missing = (count: number) =>
    `**${count > 0 ? `${count} more parts do` : "All of it does"} not fit into a comment:** ${runOf(told)} has them whole.\n\n`;
  const room = longest - head.length - tail.length - missing(parts.length).length;
  const { text, left } = fitting(parts, room);
  return head + text + (left > 0 || !whole ? missing(left) : "") + tail;
}

function source(told: Told): string {
  return `Of commit ${code(short(told))}, by ${runOf(told)}.`;
}

const short = ({ head }: Told) => head.slice(0, 12);

function runOf({ run }: Told): string {
  return run === undefined ? "its run" : `[its run](${run})`;
}
