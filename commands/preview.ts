import { commandLine } from "../lib/command-line";
import { UsageError } from "../lib/ends";
import { jsonFile } from "../lib/json-file";
import { preview } from "../plan/preview";
import { stackNames } from "../plan/stack-settings";
import type { Launch } from "./launch";

interface Options {
  stack?: string;
  json?: string;
  explain?: boolean;
}

/** `npm run preview`: plans stacks without credentials and prints what a reviewer wants to see. */
export async function main(args: string[], { root }: Launch): Promise<number> {
  const { stack, json, explain } = commandLine(
    "preview",
    "Plan a stack without credentials: every resource with its final inputs.",
  )
    .option("--stack <name>", "one stack only (default: every Pulumi.NAME.yaml)")
    .option("--json <file>", "write the plan file of that one stack", jsonFile)
    .option("--explain", "print what survives what, who is told, what restores and what undoes")
    .parse(args, { from: "user" })
    .opts<Options>();
  if (json && !stack) throw new UsageError("--json: a plan file holds one stack; add --stack NAME");
  return preview(root, stack === undefined ? stackNames(root) : [stack], {
    planFile: json,
    explain,
  });
}

// The launcher loads nothing but this file.
export { exitCode, explain } from "../lib/ends";
