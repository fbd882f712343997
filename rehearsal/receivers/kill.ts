import type { ChildProcess } from "node:child_process";
import { once } from "node:events";

/** Ends a program without its knowing, if it lives, and waits until it is gone. */
export async function kill(program: ChildProcess): Promise<void> {
  if (program.exitCode !== null || program.signalCode !== null) return;
  program.kill("SIGKILL");
  await once(program, "exit");
}
