import { execFile } from "node:child_process";
import { readdir } from "node:fs/promises";
import os from "node:os";
import { folderPrefix } from "../../rehearsal/control-plane/leftovers";
import { View } from "../../lib/progress";
import { root } from "../support/planned";

/** A view that shows nothing. */
export function quiet(): View {
  return new View({ isTTY: false, columns: 80, write: () => true });
}

/** Folders of this process's control planes, or of `pid`'s. */
export async function folders(pid = process.pid): Promise<string[]> {
  const names = await readdir(os.tmpdir());
  return names.filter((name) => name.startsWith(`${folderPrefix}${pid}-`));
}

/** A command that runs. */
export type Running = ReturnType<typeof execFile>;

/** How a command ended. */
export interface Ended {
  code: number;
  stdout: string;
  stderr: string;
  pid: number;
}

/** Runs Node with these arguments in the project's folder, to its end; `watch` sees its stderr meanwhile. */
export function runNode(
  args: string[],
  watch?: (text: string, child: Running) => void,
  environment: NodeJS.ProcessEnv = {},
): Promise<Ended> {
  return new Promise((resolve) => {
    const child: Running = execFile(
      process.execPath,
      args,
      { cwd: root, env: { ...process.env, ...environment }, maxBuffer: 1 << 26 },
      (error, stdout, stderr) => {
        const code = error ? Number(error.code ?? 1) : 0;
        resolve({ code, stdout, stderr, pid: child.pid! });
      },
    );
    child.stderr!.on("data", (chunk: string | Buffer) => watch?.(chunk.toString(), child));
  });
}
