import { existsSync } from "node:fs";

/** A command line that the kernel ends, on Linux, when the process that started it dies. */
export function endsWithParent(executable: string, args: string[]): string[] {
  const setpriv = "/usr/bin/setpriv";
  if (process.platform !== "linux" || !existsSync(setpriv)) return [executable, ...args];
  return [setpriv, "--pdeathsig", "KILL", "--", executable, ...args];
}
