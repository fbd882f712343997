import { closeSync, constants, fstatSync, openSync, readSync, statSync } from "node:fs";
import path from "node:path";
import { UsageError } from "../../lib/ends";

/** The file in an artifact's folder. */
export const fileName = "comment.md";

/** Bytes that are read, of which a comment takes a small part. */
const most = 1_048_576;

/** What a run has left, as somebody else's bytes. */
export type Artifact =
  | { text: string; /** Whether there is no more of it than was read. */ whole: boolean }
  | { text: undefined; /** Why nothing of it can be shown. */ why: string };

/**
 * Reads what a run has left. Nothing in it is followed or run: a link could name a file of whoever reads
 * it, and a pipe could keep him waiting.
 *
 * @param from the file, or the folder with `comment.md` in it
 * @throws UsageError when there is nothing at all of that name
 */
export function readArtifact(from: string): Artifact {
  const there = statSync(from, { throwIfNoEntry: false });
  if (!there)
    throw new UsageError(
      `--artifact: ${from} is not there: name the comment's file or the folder it is in`,
    );
  const file = there.isDirectory() ? path.join(from, fileName) : from;
  let opened: number;
  try {
    const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = constants;
    opened = openSync(file, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return { text: undefined, why: code === "ENOENT" ? "no file" : "nothing but a link" };
  }
  try {
    if (!fstatSync(opened).isFile()) return { text: undefined, why: "something that is no file" };
    return textOf(opened);
  } finally {
    closeSync(opened);
  }
}

function textOf(opened: number): Artifact {
  const bytes = Buffer.alloc(most);
  let length = 0;
  for (let read = 1; read > 0; length += read)
    read = readSync(opened, bytes, length, most - length, null);
  const whole = fstatSync(opened).size <= most;
  try {
    // Of a text that is cut, the last character may be half a one.
    const decoder = new TextDecoder("utf-8", { fatal: true });
    return { text: decoder.decode(bytes.subarray(0, length), { stream: !whole }), whole };
  } catch {
    return { text: undefined, why: "a file that is no text" };
  }
}
