import * as pulumi from "@pulumi/pulumi";
import { UsageError } from "../lib/ends";

/** The program, as it is written, cannot be planned: it is the preview's input. */
export class ProgramFailed extends UsageError {
  constructor(errors: Error[]) {
    const described = errors.map((error) => {
      const foreseen: boolean = pulumi.RunError.isInstance(error);
      return foreseen
        ? error.message
        : `the program failed: ${error.message} (MINI_XDR_DEBUG=1 shows where)`;
    });
    super([...new Set(described)].join("\n"), { cause: errors[0] });
  }
}

/**
 * Runs a program until nothing of it is under way any more, as the engine waits for it, and returns
 * what it failed by: in its own promises, in those that the SDK hands an error on to and nobody waits
 * for, in a timer, or by waiting for what never comes.
 */
export async function failuresOf(work: () => Promise<unknown>): Promise<Error[]> {
  const failures = new Set<Error>();
  const note = (error: unknown) =>
    void failures.add(error instanceof Error ? error : new Error(String(error)));
  const ignore = () => {};
  const before = underWay();
  let starve = ignore;
  const starved = new Promise<never>((_, reject) => {
    starve = () => reject(new Error("it waits for a promise that never settles"));
  });
  process.on("unhandledRejection", note).on("rejectionHandled", ignore);
  // Told when nothing is left that could settle a promise; before the launcher gives up for that.
  process.prependOnceListener("beforeExit", starve);
  const captures = !process.hasUncaughtExceptionCaptureCallback();
  if (captures) process.setUncaughtExceptionCaptureCallback(note);
  try {
    await Promise.race([work(), starved]).catch(note);
    // Rejections that nobody handles are told one turn after the last promise.
    do await new Promise(setImmediate);
    while (underWay() > before);
    return [...failures];
  } finally {
    process.off("unhandledRejection", note).off("rejectionHandled", ignore);
    process.off("beforeExit", starve);
    if (captures) process.setUncaughtExceptionCaptureCallback(null);
  }
}

/** How many timers, requests and the like keep this process from ending. */
function underWay(): number {
  return process.getActiveResourcesInfo().filter((kind) => kind !== "Immediate").length;
}
