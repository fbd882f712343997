import { MissingTool, tool, toolNames, toolVersion, type ToolName } from "../tools";

/** `npm run tools [-- NAME…]`: installs every pinned program that this machine lacks, or those named. */
async function main(names: string[]): Promise<number> {
  const unknown = names.filter((name) => !toolNames.includes(name as ToolName));
  if (unknown.length > 0) {
    process.stderr.write(`tools: no tool ${unknown.join(", ")}; known: ${toolNames.join(", ")}\n`);
    return 2;
  }
  const missing: string[] = [];
  for (const name of names.length > 0 ? (names as ToolName[]) : toolNames) {
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
  const others = missing.length > 1 ? ` (${missing.length - 1} others are missing too)` : "";
  if (missing.length > 0) process.stderr.write(`tools: ${missing[0]}${others}\n`);
  return missing.length > 0 ? 2 : 0;
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

void main(process.argv.slice(2)).then((code) => (process.exitCode = code));
