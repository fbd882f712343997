import path from "node:path";
import { commandLine, optionsOf } from "../lib/command-line";
import { jsonFile } from "../lib/json-file";
import { View } from "../lib/progress";
import { conclude, report } from "../lib/report";
import { untilStopped } from "../lib/signals";
import { hostOf } from "../mirror/account";
import { mirror } from "../mirror/mirror";
import { PinsFile } from "../mirror/pins-file";
import { readStackSettings } from "../plan/stack-settings";
import type { Launch } from "./launch";

interface Options {
  stack: string;
  dryRun?: boolean;
  json?: string;
}

export const command = commandLine(
  "mirror",
  "Copy the charts and images of others into the stack's registry, by digest: a recovery asks AWS alone.",
  "one of them could not be copied, or AWS does not say whose credentials these are",
)
  .requiredOption("--stack <name>", "the stack whose registry is filled")
  .option("--dry-run", "look what is missing, do nothing")
  .option("--json <file>", "write the report there", jsonFile);

/**
 * `npm run mirror`: fills the registry of the account whose credentials are used. Returns the exit
 * code: 0, or 1 when something could not be copied. It may be run again at any time.
 */
export async function main(args: string[], { root }: Launch): Promise<number> {
  const { stack, dryRun = false, json } = optionsOf<Options>(command, args);
  const since = Date.now();
  const signal = untilStopped();
  const { project, config } = readStackSettings(root, stack);
  const pins = await PinsFile.read(path.join(root, "upstream/pins.json"));
  const region = config["aws:region"];
  const recovery = config[`${project}:recoveryRegion`];
  const host = await hostOf(region);
  const view = new View();
  try {
    const claims = await mirror({
      pins,
      host,
      recoveryHost: recovery && host.replace(region!, recovery),
      dryRun,
      remedy: `npm run up -- --stack ${stack} --target '**mini-xdr:index:Registry**'`,
      view,
      signal,
    });
    view.end();
    return conclude(report("mirror", stack, since, claims), json);
  } finally {
    view.end();
  }
}
