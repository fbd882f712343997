import { commandLine, optionsOf } from "../lib/command-line";
import { UsageError } from "../lib/ends";
import { jsonFile, outputFile } from "../lib/json-file";
import { preview } from "../plan/preview";
import { stackNames } from "../plan/stack-names";
import { review } from "../review/review";
import type { Launch } from "./launch";

interface Options {
  stack?: string;
  json?: string;
  explain?: boolean;
  against?: string;
  markdown?: string;
  allow: string[];
}

export const command = commandLine(
  "preview",
  "Plan a stack without credentials: every resource with its final inputs.",
  "a mandatory rule is broken; with --against by the base's rules, and when what holds data or an address goes, or may go, unless it is allowed to",
)
  .option("--stack <name>", "one stack only (default: every Pulumi.NAME.yaml)")
  .option("--json <file>", "write the plan file of that one stack", jsonFile)
  .option("--explain", "print what survives what, who is told, what restores and what undoes")
  .option("--against <ref>", "compare what is checked out with that commit, branch or tag")
  .option("--markdown <file>", "write the comparison as a comment", outputFile("--markdown"))
  .option(
    "--allow <urn>",
    "let this one go, although it holds data or an address; may be repeated",
    (urn: string, before: string[]) => [...before, urn],
    [],
  );

/** `npm run preview`: plans stacks without credentials and prints what a reviewer wants to see. */
export async function main(args: string[], { root, begun }: Launch): Promise<number> {
  const options = optionsOf<Options>(command, args);
  const { stack, json, explain, against, markdown, allow } = options;
  refuseUnfit(options);
  if (against !== undefined) return review(root, { against, stack, allow, markdown }, begun);
  return preview(root, stack === undefined ? stackNames(root) : [stack], {
    planFile: json,
    explain,
  });
}

/** @throws UsageError for options that mean nothing beside others, or without them. */
function refuseUnfit({ stack, json, explain, against, markdown, allow }: Options): void {
  const problems = [
    ...(json && !stack ? ["--json: a plan file holds one stack; add --stack NAME"] : []),
    ...(against !== undefined && json ? ["--json: it is not written beside --against"] : []),
    ...(against !== undefined && explain ? ["--explain: it is not printed beside --against"] : []),
    ...(against === undefined && markdown
      ? ["--markdown: there is a comparison with --against"]
      : []),
    ...(against === undefined && allow.length > 0
      ? ["--allow: there is a comparison with --against"]
      : []),
  ];
  if (problems.length > 0) throw new UsageError(problems.join("\n"));
}

// The launcher loads nothing but this file.
export { exitCode, explain } from "../lib/ends";
