import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { pricesFile, readPrices } from "../cost/prices";
import { refreshed } from "../cost/refresh";
import { commandLine, optionsOf } from "../lib/command-line";
import { dayOf } from "../lib/day";
import { ends } from "../lib/ends";
import { unlessStopped, untilStopped } from "../lib/signals";
import { awsCli } from "../preflight/question";
import type { Launch } from "./launch";

export const command = commandLine(
  "prices",
  "Read the list prices of cost/prices.json anew, from AWS's price list, by the AWS CLI.",
  "AWS does not tell one of them, or refuses",
).option("--dry-run", "show what would change, write nothing");

/** `npm run prices`: whose role may `pricing:GetProducts`. `npm run docs` then writes what follows from them. */
export async function main(args: string[], { root }: Launch): Promise<number> {
  const { dryRun } = optionsOf<{ dryRun?: boolean }>(command, args);
  const old = readPrices(root);
  const stop = untilStopped();
  const reading = refreshed(old, awsCli(old.region, stop), dayOf(new Date()));
  const { prices, changed, unread } = await unlessStopped(stop, reading);
  for (const line of changed) console.log(line);
  for (const line of unread) console.error(`unread: ${line}`);
  const all = Object.keys(prices.prices).length;
  const date = unread.length > 0 ? `the date stays ${old.date}` : `as of ${prices.date}`;
  console.log(
    `${all - unread.length} of ${all} prices read, ${changed.length} changed; ${date}${dryRun ? "; nothing was written" : ""}`,
  );
  if (!dryRun) writeFileSync(join(root, pricesFile), `${JSON.stringify(prices, null, 2)}\n`);
  return unread.length > 0 ? ends.broken : ends.done;
}
