import { createInterface } from "node:readline";
import { Transform, type Readable, type Writable } from "node:stream";
import { start } from "./programs";

/** A dump that streams on, and the tables whose data is in it. */
export interface ListedDump {
  stream: Readable;
  /** Known once the stream has ended. */
  tables: () => number;
}

/**
 * Lets pg_restore list a dump while it streams by. The table of contents is at its beginning, so
 * pg_restore ends early, and the rest passes; nothing has to be kept, nor read back from the vault.
 * A dump that cannot be listed ends the stream with pg_restore's words.
 */
export function listed(dump: Readable, signal: AbortSignal): ListedDump {
  const { child, done } = start("pg_restore", ["--list"], { stdio: "pipe", signal });
  const input = child.stdin!;
  // It closes its input when it has seen enough; its exit code is what counts.
  input.on("error", () => {});
  let tables = 0;
  createInterface({ input: child.stdout! }).on("line", (line) => {
    if (isTableData(line)) tables += 1;
  });
  const stream = new Transform({
    transform: (chunk: Buffer, _, next) => void offer(input, chunk).then(() => next(null, chunk)),
    flush: (next) => {
      input.end();
      void done.then(() => next(), next);
    },
  });
  done.catch((error: Error) => stream.destroy(error));
  dump.on("error", (error) => stream.destroy(error)).pipe(stream);
  stream.on("close", () => {
    dump.destroy();
    child.kill();
  });
  return { stream, tables: () => tables };
}

/**
 * Whether a line of `pg_restore --list` is a table's data. Only the kind before the first name can
 * say so: names are the users' own, and may hold anything but the end of a line.
 */
export function isTableData(line: string): boolean {
  return /^\d+; \d+ \d+ TABLE DATA /.test(line);
}

/** Waits while the reader is busy, but for no reader that has gone. */
function offer(input: Writable, chunk: Buffer): Promise<void> {
  if (!input.writable || input.write(chunk)) return Promise.resolve();
  return new Promise((resolve) => {
    const go = () => {
      input.off("drain", go).off("close", go);
      resolve();
    };
    input.on("drain", go).on("close", go);
  });
}
