import { commandLine, optionsOf } from "../lib/command-line";
import { ends, UsageError } from "../lib/ends";
import { GitHub } from "../lib/github";
import { propose, type Proposal } from "../review/proposal";
import type { Launch } from "./launch";

export const command = commandLine(
  "propose",
  "Open a pull request with what differs in this checkout.",
  "GitHub refuses",
)
  .requiredOption("--repository <name>", "OWNER/NAME")
  .requiredOption("--branch <name>", "its branch, made or moved", branchName)
  .requiredOption("--title <text>", "title of the pull request, and the commit's message")
  .option("--body <text>", "what the pull request says", "");

/** `npm run propose`: opens a pull request with what differs in this checkout, with the token in GITHUB_TOKEN. */
export async function main(args: string[], { root }: Launch): Promise<number> {
  const { repository, ...proposal } = optionsOf<Proposal & { repository: string }>(command, args);
  const url = await propose(root, new GitHub(repository), proposal);
  console.log(url ?? "nothing differs here; nothing is proposed");
  return ends.done;
}

function branchName(name: string): string {
  if (/^[\w][\w.-]*(\/[\w][\w.-]*)*$/.test(name)) return name;
  throw new UsageError(`--branch: "${name}" is not allowed; allowed: letters, digits, . _ - and /`);
}
