import { constants } from "node:os";
import { inspect } from "node:util";
import type { CommanderError } from "commander";

/** Every exit code that a command of this project ends with, beside 128 and a signal's number. */
export const ends = {
  /** Everything that was asked for is done, and every claim and rule holds. */
  done: 0,
  /** A claim or a mandatory rule is broken, or a service outside this project refused or failed. */
  broken: 1,
  /** Wrong options, configuration or input, or an outside program that cannot be had. */
  usage: 2,
  /** A fault of the command itself (EX_SOFTWARE of sysexits.h). */
  fault: 70,
} as const;

/** Bad input: one line for each problem, with the key, the value and the remedy. Nothing was done. */
export class UsageError extends Error {
  override readonly name: string = "UsageError";
}

/**
 * An outside program that is not here and cannot be had. The message is one line that names the
 * program, what stands in the way and the alternative.
 */
export class MissingTool extends UsageError {
  override readonly name = "MissingTool";
}

/** Something outside this command refused or failed; the message says what, and what to do. */
export class Failure extends Error {
  override readonly name: string = "Failure";
}

/** Signals by which a user, or the end of who reads the output, stops a command. */
export type StopSignal = "SIGINT" | "SIGTERM" | "SIGHUP" | "SIGPIPE";

/** The user ended the command. */
export class Stopped extends Error {
  override readonly name = "Stopped";
  constructor(
    readonly signal: StopSignal,
    /** What became of what ran. */
    after = "everything that ran is ended and removed",
  ) {
    super(`stopped by ${signal}; ${after}`);
  }
}

/** The exit code of a command that ended by this error. */
export function exitCode(error: unknown): number {
  if (isOfCommander(error)) return error.exitCode === 0 ? ends.done : ends.usage;
  if (error instanceof UsageError) return ends.usage;
  if (error instanceof Failure) return ends.broken;
  if (error instanceof Stopped) return 128 + constants.signals[error.signal];
  return ends.fault;
}

/** Says on standard error why a command ended, without a stack trace unless MINI_XDR_DEBUG is set. */
export function explain(error: unknown): void {
  // Commander has already printed what it had to say, or the help that was asked for.
  if (isOfCommander(error)) return;
  const { message } = error instanceof Error ? error : new Error(String(error));
  // Node's own form of an error has its stack and its causes.
  process.stderr.write(`error: ${process.env.MINI_XDR_DEBUG ? inspect(error) : message}\n`);
  if (exitCode(error) === ends.fault)
    process.stderr.write(
      "This is a fault of the command, not of its input; MINI_XDR_DEBUG=1 shows where.\n",
    );
}

/** Ends this process, the first of a sandbox, as `work` ends: by its exit code, or by an error that is said. */
export function endWith(work: Promise<number>): void {
  work.then(
    (code) => process.exit(code),
    (error: unknown) => {
      explain(error);
      process.exit(exitCode(error));
    },
  );
}

/** By its code: what only asks how a command ends need not load the parser of options. */
function isOfCommander(error: unknown): error is CommanderError {
  return error instanceof Error && /^commander\./.test(String((error as CommanderError).code));
}
