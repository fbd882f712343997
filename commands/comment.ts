import { InvalidArgumentError } from "commander";
import { commandLine, optionsOf } from "../lib/command-line";
import { address, GitHub } from "../lib/github";
import { jsonFile } from "../lib/json-file";
import { comment, type CommentOptions } from "../review/comment/comment";

export const command = commandLine(
  "comment",
  "Put a comparison on the pull requests with that head. The token is read from GITHUB_TOKEN.",
  "GitHub refuses, or never answers",
)
  .requiredOption("--repository <name>", "OWNER/NAME")
  .requiredOption(
    "--head <sha>",
    "the commit that was compared",
    like(/^[0-9a-f]{40}$/, "a full SHA"),
  )
  .requiredOption("--artifact <path>", "the comparison, or the folder with its comment.md")
  .option("--run <id>", "the run that left it, for a link", like(/^\d{1,20}$/, "a run's id"))
  .option("--author <login>", "whose comment it is", "github-actions[bot]")
  .option("--json <file>", "write there what became of it", jsonFile);

/** `npm run comment`: puts what `preview --markdown` has written, elsewhere, on its pull request. */
export async function main(args: string[]): Promise<number> {
  const { run, ...options } = optionsOf<CommentOptions>(command, args);
  const server = address(
    "GITHUB_SERVER_URL",
    process.env.GITHUB_SERVER_URL || "https://github.com",
  );
  return comment(new GitHub(options.repository), {
    ...options,
    run: run && `${server}/${options.repository}/actions/runs/${run}`,
  });
}

function like(pattern: RegExp, allowed: string): (text: string) => string {
  return (text) => {
    if (pattern.test(text)) return text;
    throw new InvalidArgumentError(`allowed: ${allowed}`);
  };
}
