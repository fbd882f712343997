import type { ChildProcess } from "node:child_process";
import { createInterface } from "node:readline";
import spawn, { SubprocessError, type Options } from "nano-spawn";
import { Failure, MissingTool } from "./ends";

/** What a program that ended has printed, each without a newline at the end. */
export interface Result {
  code: number;
  stdout: string;
  stderr: string;
}

/** A program that ended with another code than 0; the message is its last words. */
export class CommandFailed extends Failure {
  override readonly name = "CommandFailed";
  constructor(program: string, result: Result) {
    const lines = result.stderr.trim().split("\n");
    const error = lines.findLast((line) => /^error/i.test(line)) ?? lines.at(-1);
    super(`${program}: ${error || `exit code ${result.code}`}`);
  }
}

/** How a program is run; what it does not say is as in `node:child_process`. */
export interface RunOptions extends Options {
  /** What the program reads on its standard input; by default nothing. */
  input?: string;
  /** Sees every line of its standard output as it is printed. */
  onLine?: (line: string) => void;
}

/**
 * Runs a program to its end, whatever that is; an abort ends it.
 *
 * @throws MissingTool when there is no such program.
 */
export async function run(
  file: string,
  args: readonly string[] = [],
  { input = "", onLine, ...options }: RunOptions = {},
): Promise<Result> {
  const running = spawn(file, args, { stdin: { string: input }, ...options });
  const lines = running.nodeChildProcess.then(({ stdout }) => {
    if (onLine && stdout) createInterface({ input: stdout }).on("line", onLine);
  });
  const [ended] = await Promise.allSettled([running, lines]);
  if (ended.status === "fulfilled") return { code: 0, ...printed(ended.value) };
  const error: unknown = ended.reason;
  if (!(error instanceof SubprocessError)) throw error;
  if (error.cause !== undefined && !error.isCanceled) rethrow(file, error);
  return { code: error.exitCode ?? 1, ...printed(error) };
}

/** Runs a program that has to succeed and returns what it printed. @throws CommandFailed */
export async function output(...[file, args, options]: Parameters<typeof run>): Promise<string> {
  const result = await run(file, args, options);
  if (result.code !== 0) throw new CommandFailed(file.split("/").at(-1)!, result);
  return result.stdout;
}

/**
 * Starts a program that runs beside this one, for the caller to end.
 *
 * @throws MissingTool when there is no such program.
 */
export async function start(
  file: string,
  args: readonly string[],
  options: Options,
): Promise<ChildProcess> {
  const running = spawn(file, args, options);
  running.catch(() => {}); // who wants to know how it ends watches the process
  try {
    return await running.nodeChildProcess;
  } catch (error) {
    return rethrow(file, error);
  }
}

/** Whether a process lives. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it lives, and belongs to someone else.
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** @throws MissingTool when an error says that there is no such program, or none that can be started. */
function rethrow(file: string, error: unknown): never {
  const { cause } = error as { cause?: NodeJS.ErrnoException };
  if (cause?.code === "ENOENT") throw new MissingTool(`${file}: it is not on the PATH; install it`);
  if (cause?.syscall?.startsWith("spawn"))
    throw new MissingTool(`${file}: it cannot be started (${cause.message}); install it again`);
  throw error;
}

function printed({ stdout, stderr }: Omit<Result, "code">): Omit<Result, "code"> {
  return { stdout, stderr };
}
