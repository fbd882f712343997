import type { ChildProcess } from "node:child_process";
import { readdir } from "node:fs/promises";
import os from "node:os";
import type { Context } from "mocha";
import spawn, { type SubprocessError } from "nano-spawn";
import { folderPrefix } from "../../rehearsal/control-plane/leftovers";
import { missingSandbox } from "../../rehearsal/sandbox/sandbox";
import { View } from "../../lib/progress";
import type { Result } from "../../lib/processes";
import { skipLoudly } from "../support/need-tools";
import { root } from "../support/planned";

/** Skips a test, loudly, on a machine that cannot run the laboratory's sandbox. */
export async function needSandbox(context: Context): Promise<void> {
  const missing = await missingSandbox();
  if (missing) skipLoudly(context, missing);
}

/** A view that shows nothing. */
export function quiet(): View {
  return new View({ isTTY: false, columns: 80, write: () => true });
}

/** Folders of this process's control planes, or of `pid`'s. */
export async function folders(pid = process.pid): Promise<string[]> {
  const names = await readdir(os.tmpdir());
  return names.filter((name) => name.startsWith(`${folderPrefix}${pid}-`));
}

/** How a command ended. */
export interface Ended extends Result {
  pid: number;
}

/**
 * Runs one of the project's commands as npm does, to its end; `watch` sees its stderr meanwhile and
 * may end the process.
 */
export async function runCommand(
  name: string,
  args: string[],
  watch?: (text: string, child: ChildProcess) => void,
  env?: NodeJS.ProcessEnv,
): Promise<Ended> {
  const launcher = ["commands/run.cjs", name, ...args];
  const running = spawn(process.execPath, launcher, { cwd: root, env, stdin: "ignore" });
  const child = await running.nodeChildProcess;
  child.stderr!.on("data", (text: string) => watch?.(text, child));
  const { stdout, stderr } = await running.catch((error: SubprocessError) => error);
  return { code: child.exitCode ?? 1, stdout, stderr, pid: child.pid! };
}
