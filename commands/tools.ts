import { Argument } from "commander";
import { commandLine } from "../lib/command-line";
import { ends, MissingTool } from "../lib/ends";
import { tool, toolNames, toolNamesHere, toolVersion, type ToolName } from "../tools";

export const command = commandLine(
  "tools",
  "Install the outside programs that the tests use, once.",
).addArgument(new Argument("[name...]", "these only").choices(toolNames));

/** `npm run tools`: installs every pinned program that this machine lacks, or those named. */
export async function main(args: string[]): Promise<number> {
  const names = command.parse(args, { from: "user" }).args as ToolName[];
  const missing: string[] = [];
  for (const name of names.length > 0 ? names : toolNamesHere) {
    const title = `${name} ${toolVersion(name)}`;
    const started = Date.now();
    try {
      const path = await tool(name, (line) => show(`${title}  ${seconds(started)}  ${line}`));
      finish(`${title}  ${path}${Date.now() - started > 2000 ? `  (${seconds(started)})` : ""}`);
    } catch (error) {
      if (!(error instanceof MissingTool)) throw error;
      finish(`${title}  missing`);
      missing.push(error.message);
    }
  }
  if (missing.length > 0) throw new MissingTool(missing.join("\n  "));
  return ends.done;
}

function seconds(since: number): string {
  return `${Math.round((Date.now() - since) / 1000)} s`;
}

// On a terminal one line is rewritten; elsewhere a line every ten seconds is enough.
let shown = 0;
function show(line: string): void {
  const now = Date.now();
  if (process.stdout.isTTY && now - shown > 50)
    process.stdout.write(`\r\x1b[K${line.slice(0, (process.stdout.columns || 80) - 1)}`);
  else if (!process.stdout.isTTY && now - shown > 10_000) process.stdout.write(`${line}\n`);
  else return;
  shown = now;
}

function finish(line: string): void {
  process.stdout.write(process.stdout.isTTY ? `\r\x1b[K${line}\n` : `${line}\n`);
}
