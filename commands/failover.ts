import { commandLine, optionsOf } from "../lib/command-line";
import { jsonFile } from "../lib/json-file";
import { failOver } from "../recovery/failover/failover";
import { request, type RecoveryOptions } from "../recovery/request";
import type { Launch } from "./launch";

export const command = commandLine(
  "failover",
  "Fail a stack's database over to a standby, and measure the gap in its writes.",
  "writes were gone for longer than AWS's quoted promotion and 10 s, or RDS refused",
)
  .requiredOption("--stack <name>", "the stack whose database fails over")
  .option("--dry-run", "look whether it could, do nothing")
  .option("--json <file>", "write the report there", jsonFile);

/** `npm run failover`. Returns the exit code: 0 within AWS's quoted promotion and our 10 s, 1 beyond. */
export async function main(args: string[], { root }: Launch): Promise<number> {
  return failOver(request(optionsOf<RecoveryOptions>(command, args), root));
}
