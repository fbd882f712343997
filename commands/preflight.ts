import { commandLine, optionsOf } from "../lib/command-line";
import { jsonFile } from "../lib/json-file";
import { untilStopped } from "../lib/signals";
import { preflight } from "../preflight/preflight";
import type { Launch } from "./launch";

interface Options {
  stack: string;
  json?: string;
}

export const command = commandLine(
  "preflight",
  "Ask an account whether it can take a stack: quotas, roles, Regions, name, images. It only reads.",
  "something stands in the way",
)
  .option("--stack <name>", "stack to plan", "prod")
  .option("--json <file>", "write the report there", jsonFile);

/** `npm run preflight`. Returns the exit code: 0, or 1 when the account cannot take the stack. */
export async function main(args: string[], { root }: Launch): Promise<number> {
  const options = optionsOf<Options>(command, args);
  return preflight(root, { ...options, stop: untilStopped() });
}
