import { code } from "../escape";
import { guardedIn } from "../guarded";
import type { ChangedFile } from "../repository";
import { some } from "../some";
import type { PullRequest } from "./pull-requests";

/** Names in one line. */
const most = 10;

/**
 * Why what a run has left may be the change's own word, by what GitHub says of the pull request and not by
 * what the run says: its head comes from a fork, or edits what compares and judges, or may do so.
 *
 * @param others other open pull requests with the same head
 */
export function doubtsAbout(
  { head, base }: PullRequest,
  { files, all }: { files: ChangedFile[]; all: boolean },
  others: PullRequest[],
): string[] {
  const fork = head.repo?.full_name !== base.repo?.full_name;
  const elsewhere = others.filter((other) => other.base.ref !== base.ref);
  return [
    ...(fork
      ? [`It comes from a fork, ${head.repo ? code(head.repo.full_name) : "which is gone"}.`]
      : []),
    ...guardedIn(files).map(
      ({ kind, files: found }) =>
        `It edits ${kind}, which judge it: ${some(
          found.map((path) => code(path)),
          most,
        )}`,
    ),
    ...(all ? [] : ["It changes more files than GitHub lists."]),
    ...(elsewhere.length > 0
      ? [
          `Its commit is the head of pull requests to other branches too, with which it may have been compared: ${some(
            elsewhere.map(({ number, base: { ref } }) => `${code(ref)} (${number})`),
            most,
          )}`,
        ]
      : []),
  ];
}
