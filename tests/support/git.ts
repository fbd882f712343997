import { writeFile } from "node:fs/promises";
import path from "node:path";
import { output } from "../../lib/processes";

const somebody = ["-c", "user.name=test", "-c", "user.email=test@example.com"];

/** Git in a folder, as somebody who needs no configuration of this machine. */
export function gitIn(folder: string): (...args: string[]) => Promise<string> {
  return (...args) => output("git", [...somebody, ...args], { cwd: folder });
}

/** Makes a checkout a repository of its own, with one commit of all that is in it, on that branch. */
export async function committed(folder: string, branch: string): Promise<void> {
  const git = gitIn(folder);
  await git("init", "--quiet", "--initial-branch", branch);
  await writeFile(path.join(folder, ".git/info/exclude"), "node_modules\n");
  await git("add", "--all");
  await git("commit", "--quiet", "--message", branch);
}
