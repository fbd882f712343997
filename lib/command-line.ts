import { Command } from "commander";

/**
 * The command line of one npm script. A wrong one throws a `CommanderError` after saying what is
 * wrong: exit code 2; `--help` throws one too: exit code 0.
 */
export function commandLine(script: string, description: string): Command {
  return new Command(`npm run ${script} --`)
    .description(description)
    .allowExcessArguments(false)
    .exitOverride();
}
