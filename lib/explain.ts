import * as pulumi from "@pulumi/pulumi";
import { CommanderError } from "commander";
import { UsageError } from "./usage-error";

/**
 * The exit code of a command that ended by an error, after saying what is wrong in one line each.
 * An error that is no one's input is thrown again: it is ours, and its stack is wanted.
 */
export function explain(error: unknown): number {
  // Commander has already printed what it had to say, or the help that was asked for.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  if (error instanceof UsageError || pulumi.RunError.isInstance(error)) {
    console.error(`error: ${(error as Error).message}`);
    return 2;
  }
  throw error;
}
