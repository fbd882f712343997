import { InvalidArgumentError, Option } from "commander";
import { commandLine } from "../lib/command-line";
import { jsonFile } from "../lib/json-file";
import { untilStopped } from "../lib/signals";
import { Engine } from "../recovery/engine";
import { restore } from "../recovery/restore/restore";
import type { Launch } from "./launch";

interface Options {
  stack: string;
  backup?: string;
  before?: Date;
  newest?: boolean;
  to?: Date;
  undo?: string;
  dryRun?: boolean;
  json?: string;
}

const command = commandLine(
  "restore",
  "Restore the database: from the newest verified dump, or to a point in time.",
)
  .requiredOption("--stack <name>", "the stack whose data is lost")
  .addOption(ways("--backup <id>", "from this dump"))
  .addOption(
    ways("--before <time>", "from the newest verified dump up to this time").argParser(time),
  )
  .addOption(ways("--newest", "from the newest dump of all, verified by this very restore"))
  .addOption(ways("--to <time>", "by point-in-time recovery, to this time").argParser(time))
  .addOption(ways("--undo <database>", "give the database from before a restore its name back"))
  .option("--dry-run", "show the steps, do nothing")
  .option("--json <file>", "write the report there", jsonFile);

/** `npm run restore`. Returns the exit code: 0, or 1 when a step failed. */
export async function main(args: string[], { root }: Launch): Promise<number> {
  const options = command.parse(args, { from: "user" }).opts<Options>();
  const stop = untilStopped();
  return restore({ ...options, engine: new Engine(root, options.stack, { stop }), stop });
}

/** One way only. */
function ways(flags: string, description: string): Option {
  const all = ["backup", "before", "newest", "to", "undo"];
  const name = flags.split(" ")[0]!.slice(2);
  return new Option(flags, description).conflicts(all.filter((other) => other !== name));
}

function time(text: string): Date {
  const parsed = new Date(text);
  if (Number.isNaN(parsed.getTime()) || !/(Z|[+-]\d\d:\d\d)$/.test(text))
    throw new InvalidArgumentError("a time with its zone is wanted, such as 2026-11-23T02:00:00Z.");
  return parsed;
}
