import { InvalidArgumentError } from "commander";
import { commandLine, optionsOf } from "../lib/command-line";
import { UsageError } from "../lib/ends";
import { jsonFile } from "../lib/json-file";
import { comment } from "../review/comment/comment";
import { GitHub } from "../review/comment/github";

interface Options {
  repository: string;
  head: string;
  artifact: string;
  run?: string;
  author: string;
  json?: string;
}

export const command = commandLine(
  "comment",
  "Put a comparison on the pull requests with that head. The token is read from GITHUB_TOKEN.",
  "GitHub refuses, or never answers",
)
  .requiredOption(
    "--repository <name>",
    "OWNER/NAME",
    like(/^[\w-]+\/(?!\.+$)[\w.-]+$/, "OWNER/NAME"),
  )
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
  const { run, ...options } = optionsOf<Options>(command, args);
  const { GITHUB_TOKEN: token, GITHUB_API_URL, GITHUB_SERVER_URL } = process.env;
  if (!token) throw new UsageError("GITHUB_TOKEN: it is not set: a token that may write comments");
  const api = address("GITHUB_API_URL", GITHUB_API_URL || "https://api.github.com");
  const server = address("GITHUB_SERVER_URL", GITHUB_SERVER_URL || "https://github.com");
  return comment(new GitHub(api, token), {
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

/** An address without a slash at its end. @throws UsageError for one that a token cannot be sent to */
function address(name: string, text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const safe = url?.protocol === "https:" || url?.hostname === "127.0.0.1";
  if (!safe || /[\s()<>]/.test(text))
    throw new UsageError(`${name}: ${JSON.stringify(text)} is not allowed; allowed: https://HOST`);
  return text.replace(/\/+$/, "");
}
