import { commandLine, optionsOf } from "../lib/command-line";
import { jsonFile } from "../lib/json-file";
import { rebuild } from "../recovery/rebuild/rebuild";
import { request, type RecoveryOptions } from "../recovery/request";
import type { Launch } from "./launch";

export const command = commandLine(
  "rebuild",
  "Rebuild a lost cluster beside the data that has outlived it.",
  "a step failed",
)
  .requiredOption("--stack <name>", "the stack whose cluster is lost")
  .option("--dry-run", "prove that it is lost, show the steps, do nothing")
  .option("--json <file>", "write the report there", jsonFile);

/** `npm run rebuild`. Returns the exit code: 0, or 1 when a step failed. */
export async function main(args: string[], { root }: Launch): Promise<number> {
  return rebuild(request(optionsOf<RecoveryOptions>(command, args), root));
}
