import { spawn } from "node:child_process";
import { createInterface } from "node:readline";

/** What a program that ended has printed. */
export interface Result {
  code: number;
  stdout: string;
  stderr: string;
}

/** A program that ended with another code than 0; the message is its last words. */
export class CommandFailed extends Error {
  override readonly name = "CommandFailed";
  constructor(program: string, result: Result) {
    const lines = result.stderr.trim().split("\n");
    const error = lines.findLast((line) => /^error/i.test(line)) ?? lines.at(-1);
    super(`${program}: ${error || `exit code ${result.code}`}`);
  }
}

/** How a program is run. */
export interface RunOptions {
  input?: string;
  cwd?: string;
  env?: NodeJS.ProcessEnv;
  /** Ends it. */
  signal?: AbortSignal;
  /** What it is ended with; by default SIGTERM. */
  killSignal?: NodeJS.Signals;
  /** Sees every line as it is printed. */
  onLine?: (line: string) => void;
}

/** Runs a program to its end, whatever that is; an abort ends it. */
export function run(file: string, args: string[], options: RunOptions = {}): Promise<Result> {
  return new Promise((resolve, reject) => {
    const { input, env, onLine, ...rest } = options;
    const child = spawn(file, args, { env: { ...process.env, ...env }, ...rest, stdio: "pipe" });
    const result: Result = { code: 1, stdout: "", stderr: "" };
    child.stdout.setEncoding("utf8").on("data", (text: string) => (result.stdout += text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => (result.stderr += text));
    if (onLine) createInterface({ input: child.stdout }).on("line", onLine);
    child.on("error", reject);
    child.on("close", (code) => resolve({ ...result, code: code ?? 1 }));
    // A program that ends without reading its input is judged by its exit code.
    child.stdin.on("error", () => {}).end(input);
  });
}

/** Runs a program that has to succeed and returns what it printed. */
export async function output(...[file, args, options]: Parameters<typeof run>): Promise<string> {
  const result = await run(file, args, options);
  if (result.code !== 0) throw new CommandFailed(file.split("/").at(-1)!, result);
  return result.stdout;
}
