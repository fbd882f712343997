import { spawn, type ChildProcess, type SpawnOptions } from "node:child_process";
import { join } from "node:path";
import { Transform, type Readable } from "node:stream";
import { UsageError } from "./errors";

/** PostgreSQL's own programs come from PG_BIN where it is set, all others from the PATH. */
function programPath(name: string): string {
  return process.env.PG_BIN && name !== "tar" ? join(process.env.PG_BIN, name) : name;
}

/** A program has ended with an error. */
export class ProgramFailed extends Error {
  override readonly name = "ProgramFailed";

  constructor(
    message: string,
    /** The end of what it wrote to stderr. */
    readonly words: string,
  ) {
    super(message);
  }
}

/** A program that runs, and how it ends. */
export interface Running {
  child: ChildProcess;
  /** Resolves at exit code 0, rejects with the program's last words otherwise. */
  done: Promise<void>;
}

/** What a program gets that is given nothing: no credentials of AWS, no password. */
const bare = { PATH: process.env.PATH, LC_ALL: "C.UTF-8" };

/** Starts a program; an abort ends it. Of this process's environment it gets what it is given. */
export function start(name: string, args: string[], options: SpawnOptions = {}): Running {
  const child = spawn(programPath(name), args, { ...options, env: options.env ?? bare });
  let words = "";
  // stderr may be inherited or ignored by the caller.
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    words = (words + text).slice(-65_536);
  });
  const done = new Promise<void>((resolve, reject) => {
    child.on("error", (error: NodeJS.ErrnoException) =>
      reject(
        error.code === "ENOENT"
          ? new UsageError(
              `${name}: not found; put it on the PATH, or set PG_BIN to the folder of PostgreSQL's programs`,
            )
          : error,
      ),
    );
    child.on("close", (code, signal) => {
      if (code === 0) return resolve();
      const why = essence(words) || `ended by ${signal ?? `exit code ${code}`}`;
      reject(new ProgramFailed(`${name}: ${why}`, words));
    });
  });
  // A later await still gets the rejection.
  done.catch(() => {});
  return { child, done };
}

/** The first error and the last: the cause and its consequence. */
function essence(words: string): string {
  const lines = words.trim().split("\n");
  const errors = lines.filter((line) => /error|fatal/i.test(line));
  const telling = errors.length > 0 ? errors : lines;
  return [...new Set([telling[0], telling.at(-1)])].join("; ");
}

/**
 * What a program prints, as a stream that ends only when the program has ended well: so nothing that
 * was cut off is ever taken for whole.
 */
export function outputOf(
  name: string,
  args: string[],
  signal: AbortSignal,
  env: NodeJS.ProcessEnv = bare,
): Readable {
  const { child, done } = start(name, args, { stdio: ["ignore", "pipe", "pipe"], signal, env });
  const checked = new Transform({
    transform: (chunk, _, next) => next(null, chunk),
    flush: (next) => void done.then(() => next(), next),
  });
  child.stdout!.on("error", (error) => checked.destroy(error)).pipe(checked);
  checked.on("close", () => child.kill());
  return checked;
}

/** Runs a program to its end and returns what it printed. */
export async function run(
  name: string,
  args: string[],
  options: SpawnOptions & { input?: Buffer } = {},
): Promise<string> {
  const { input, ...rest } = options;
  const { child, done } = start(name, args, { ...rest, stdio: "pipe" });
  let text = "";
  child.stdout!.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
  // A program may end before it has read all of its input; its exit code is what counts.
  child.stdin!.on("error", () => {}).end(input);
  await done;
  return text;
}

/** Major version of one of PostgreSQL's programs. */
export async function majorOf(name: string): Promise<number> {
  const text = await run(name, ["--version"]);
  return Number(/ (\d+)[.\d]* ?/.exec(text.replace(/^.*?\)/, ""))?.[1]);
}
