import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { commandLine, optionsOf } from "../lib/command-line";
import { ends } from "../lib/ends";
import { files } from "../observability/files";
import { evaluate } from "../plan/evaluate";
import { loadProgram } from "../plan/program";
import { renderings, writeRendering } from "../plan/renderings";
import { stackNames } from "../plan/stack-names";
import { readStackSettings } from "../plan/stack-settings";
import type { Launch } from "./launch";

export const command = commandLine(
  "render",
  "Render the local charts with each stack's planned values, by the real Helm.",
  "a committed file differs, with --check",
).option("--check", "write nothing; exit 1 when a committed file differs");

/**
 * `npm run render`: writes the files that the chart `observability` ships, then what the local
 * charts render with every stack's planned values.
 * With `--check` it writes nothing and returns 1 when a committed file differs.
 */
export async function main(args: string[], { root }: Launch): Promise<number> {
  const { check } = optionsOf<{ check?: boolean }>(command, args);
  let stale = 0;
  const found = (file: string) => {
    stale += 1;
    console.log(`${relative(root, file)}: ${check ? "differs; run: npm run render" : "written"}`);
  };
  for (const [name, text] of files()) {
    const file = join(root, "charts/observability/files", name);
    if (existsSync(file) && readFileSync(file, "utf8") === text) continue;
    found(file);
    if (check) continue;
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
  const program = await loadProgram(root);
  process.chdir(root);
  for (const stack of stackNames(root)) {
    const plan = await evaluate(program, readStackSettings(root, stack));
    for (const rendering of await renderings(root, plan)) {
      if (rendering.committed) continue;
      found(rendering.file);
      if (!check) writeRendering(rendering);
    }
  }
  if (stale === 0) console.log("every rendered object is up to date");
  return check && stale > 0 ? ends.broken : ends.done;
}
