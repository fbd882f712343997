import { Command, Option } from "commander";
import { jsonFile } from "./json-file";

/**
 * The command line of one npm script. A wrong one throws a `CommanderError` after saying what is
 * wrong: exit code 2; `--help` throws one too: exit code 0.
 *
 * @param broken when it ends with 1, as a clause after "when"; absent: it never does
 */
export function commandLine(script: string, description: string, broken?: string): Command {
  return new Command(`npm run ${script} --`)
    .description(broken ? `${description}\nExits 1 when ${broken}.` : description)
    .allowExcessArguments(false)
    .exitOverride();
}

/** What a command is asked, by the arguments after its name. @throws CommanderError */
export function optionsOf<Options extends object>(command: Command, args: string[]): Options {
  return command.parse(args, { from: "user" }).opts<Options>();
}

/** What {@link rehearsalOptions} gives. */
export interface RehearsalOptions {
  stack: string;
  plan?: string;
  drill: string[];
  json?: string;
}

/**
 * The options of a rehearsal: which stack or plan file, which of its drills, where the report goes.
 *
 * @param byDefault drills that run when none is named
 */
export function rehearsalOptions(command: Command, drills: string[], byDefault = drills): Command {
  return command
    .option("--stack <name>", "stack to plan", "prod")
    .option("--plan <file>", "a plan file, instead of planning the stack now")
    .addOption(
      new Option("--drill <name...>", "only these drills")
        .choices(drills)
        .default(byDefault, "all"),
    )
    .option("--json <file>", "write the report there", jsonFile);
}
