import { InvalidArgumentError, Option } from "commander";
import { z } from "zod";
import { commandLine, optionsOf } from "../lib/command-line";
import { jsonFile } from "../lib/json-file";
import { restore } from "../recovery/restore/restore";
import { request, type RecoveryOptions } from "../recovery/request";
import type { Launch } from "./launch";

interface Options extends RecoveryOptions {
  backup?: string;
  before?: Date;
  newest?: boolean;
  lost?: boolean;
  to?: Date;
  undo?: string;
}

export const command = commandLine(
  "restore",
  "Restore the database: from the newest verified dump, or to a point in time.",
  "a step failed",
)
  .requiredOption("--stack <name>", "the stack whose data is lost")
  .addOption(ways("--backup <id>", "from this dump"))
  .addOption(
    ways("--before <time>", "from the newest verified dump up to this time").argParser(time),
  )
  .addOption(ways("--newest", "from the newest dump of all, verified by this very restore"))
  .addOption(
    new Option("--lost", "from the vault of the stack whose place this one takes").conflicts([
      "to",
      "undo",
    ]),
  )
  .addOption(ways("--to <time>", "by point-in-time recovery, to this time").argParser(time))
  .addOption(ways("--undo <database>", "give the database from before a restore its name back"))
  .option("--dry-run", "show the steps, do nothing")
  .option("--json <file>", "write the report there", jsonFile);

/** `npm run restore`. Returns the exit code: 0, or 1 when a step failed. */
export async function main(args: string[], { root }: Launch): Promise<number> {
  return restore(request(optionsOf<Options>(command, args), root));
}

/** One way only. */
function ways(flags: string, description: string): Option {
  const all = ["backup", "before", "newest", "to", "undo"];
  const name = flags.split(" ")[0]!.slice(2);
  return new Option(flags, description).conflicts(all.filter((other) => other !== name));
}

function time(text: string): Date {
  const { success } = z.iso.datetime({ offset: true }).safeParse(text);
  if (!success)
    throw new InvalidArgumentError("a time with its zone is wanted, such as 2026-11-23T02:00:00Z.");
  return new Date(text);
}
