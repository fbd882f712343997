import { readFileSync } from "node:fs";
import path from "node:path";
import { z } from "zod";
import type { GitHub } from "../lib/github";
import { output } from "../lib/processes";
import { untilReady } from "../lib/unready";

const made = z.object({ sha: z.string() });
const named = z.object({ default_branch: z.string(), full_name: z.string() });
const pull = z.object({ html_url: z.string() });

/** What is proposed. */
export interface Proposal {
  branch: string;
  title: string;
  body: string;
}

/**
 * Opens a pull request with what differs in a checkout from its commit: one commit, made by GitHub
 * itself, so nothing here holds a login that could push.
 *
 * @returns its address, or undefined when nothing differs. @throws Failure when GitHub refuses.
 */
export async function propose(
  root: string,
  github: GitHub,
  { branch, title, body }: Proposal,
): Promise<string | undefined> {
  const git = (...args: string[]) => output("git", args, { cwd: root });
  const files = (await git("diff", "--name-only", "-z", "HEAD")).split("\0").filter(Boolean);
  if (files.length === 0) return undefined;
  const head = (await git("rev-parse", "HEAD")).trim();
  const tree = files.map((file) => ({
    path: file,
    mode: "100644",
    type: "blob",
    content: readFileSync(path.join(root, file), "utf8"),
  }));
  // What was not answered may have been made: the branch and the pull request are looked for again.
  return untilReady(async () => {
    const { sha: its } = await github.make("/git/trees", { base_tree: head, tree }, made);
    const commit = { message: title, tree: its, parents: [head] };
    const { sha } = await github.make("/git/commits", commit, made);
    if (await github.has(`/git/ref/heads/${branch}`))
      await github.write("PATCH", `/git/refs/heads/${branch}`, { sha, force: true });
    else await github.write("POST", "/git/refs", { ref: `refs/heads/${branch}`, sha });
    const { default_branch: base, full_name: name } = await github.get("", named);
    const from = encodeURIComponent(`${name.split("/")[0]}:${branch}`);
    const [open] = await github.list(`/pulls?state=open&head=${from}`, pull);
    const { html_url } =
      open ?? (await github.make("/pulls", { title, body, head: branch, base }, pull));
    return html_url;
  });
}
