import { constants } from "node:os";
import { CommanderError } from "commander";
import { MissingTool } from "../tools";
import { UsageError } from "./usage-error";

/** The user ended it. */
export class Stopped extends Error {
  constructor(readonly signal: "SIGINT" | "SIGTERM" | "SIGHUP" | "SIGPIPE") {
    super(`stopped by ${signal}; everything that ran is ended and removed`);
  }
}

/** Aborts when the user ends the command, or when whoever reads its output is gone. */
export function untilStopped(): AbortSignal {
  const stop = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
    process.once(signal, () => stop.abort(new Stopped(signal)));
  for (const stream of [process.stdout, process.stderr])
    stream.on("error", () => stop.abort(new Stopped("SIGPIPE")));
  return stop.signal;
}

/** The exit code of a rehearsal that ended by an error, after one line that says what it was. */
export function explainEnd(name: string, error: Error): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  process.stderr.write(`${name}: ${error.message.replaceAll(/\s*\n\s*/g, " ")}\n`);
  if (error instanceof Stopped) return 128 + constants.signals[error.signal];
  return error instanceof UsageError || error instanceof MissingTool ? 2 : 1;
}
