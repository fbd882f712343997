import { commandLine } from "../lib/command-line";
import { UsageError } from "../lib/ends";
import { jsonFile } from "../lib/json-file";
import { preview } from "../plan/preview";
import { stackNames } from "../plan/stack-settings";
import type { Launch } from "./launch";

interface Options {
  stack?: string;
  json?: string;
}

/** `npm run preview`: plans stacks without credentials and prints what a reviewer wants to see. */
export async function main(args: string[], { root }: Launch): Promise<number> {
  const { stack, json } = commandLine(
    "preview",
    "Plan a stack without credentials: every resource with its final inputs.",
  )
    .option("--stack <name>", "one stack only (default: every Pulumi.NAME.yaml)")
    .option("--json <file>", "write the plan file of that one stack", jsonFile)
    .parse(args, { from: "user" })
    .opts<Options>();
  if (json && !stack) throw new UsageError("--json: a plan file holds one stack; add --stack NAME");
  return preview(root, stack === undefined ? stackNames(root) : [stack], json);
}

// The launcher loads nothing but this file.
export { exitCode, explain } from "../lib/ends";
