import type { Command } from "commander";
import { ends } from "./ends";

/** What an exit code of {@link ends} says, whichever command it ends. */
const meanings: Record<keyof typeof ends, string> = {
  done: "done; every claim and every mandatory rule holds",
  broken:
    "a claim or a mandatory rule is broken, or a service outside this project refused or failed",
  usage:
    "wrong options, configuration or program, or a missing tool: one line for each problem, with the key, the value and what is allowed; nothing was done",
  fault: "a fault of the command itself; `MINI_XDR_DEBUG=1` shows where",
};

/** `docs/commands.md`: every command as its own `--help` tells it, which is why it cannot be out of date. */
export function commandPage(commands: Command[]): string {
  return [
    "# Commands",
    "",
    "<!-- Written by npm run docs from commands/; a test compares it. -->",
    "",
    "Each is an npm script; what stands behind `--` is its own. `--help` says what stands here.",
    "",
    "| command | what for |",
    "| --- | --- |",
    ...commands.map(
      (command) => `| [\`${scriptOf(command)}\`](#${anchorOf(command)}) | ${purposeOf(command)} |`,
    ),
    "",
    "## Exit codes",
    "",
    "Every command ends in one of these ways, and never with a stack trace unless `MINI_XDR_DEBUG=1` asks for it. When one ends with 1 is said with it below.",
    "",
    "| exit code | meaning |",
    "| --- | --- |",
    ...Object.entries(ends).map(
      ([name, code]) => `| ${code} | ${meanings[name as keyof typeof ends]} |`,
    ),
    "| 128 + n | ended by signal n: 130 after Ctrl-C; what it had started is ended and removed |",
    "",
    ...commands.flatMap((command) => [
      `## ${scriptOf(command)}`,
      "",
      "```text",
      command.configureHelp({ helpWidth: 100 }).helpInformation().trim(),
      "```",
      "",
    ]),
  ].join("\n");
}

const scriptOf = (command: Command) => command.name().replace(/ --$/, "");

/** As GitHub makes it of a heading. */
const anchorOf = (command: Command) => scriptOf(command).replaceAll(":", "").replaceAll(" ", "-");

const purposeOf = (command: Command) => command.description().split("\n")[0]!;
