import { readFileSync } from "node:fs";
import path from "node:path";
import type { GitHub } from "../lib/github";
import { output } from "../lib/processes";

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
  const tree = await github.send<Made>("POST", "/git/trees", {
    base_tree: head,
    tree: files.map((file) => ({
      path: file,
      mode: "100644",
      type: "blob",
      content: readFileSync(path.join(root, file), "utf8"),
    })),
  });
  const commit = { message: title, tree: tree.sha, parents: [head] };
  const { sha } = await github.send<Made>("POST", "/git/commits", commit);
  const there = await github.get(`/git/ref/heads/${branch}`);
  if (there) await github.send("PATCH", `/git/refs/heads/${branch}`, { sha, force: true });
  else await github.send("POST", "/git/refs", { ref: `refs/heads/${branch}`, sha });
  const { default_branch: base, full_name: name } = (await github.get<Repository>(""))!;
  const from = encodeURIComponent(`${name.split("/")[0]}:${branch}`);
  const [open] = await github.list<Pull>(`/pulls?state=open&head=${from}`);
  const made =
    open ?? (await github.send<Pull>("POST", "/pulls", { title, body, head: branch, base }));
  return made.html_url;
}

interface Made {
  sha: string;
}

interface Repository {
  default_branch: string;
  full_name: string;
}

interface Pull {
  html_url: string;
}
