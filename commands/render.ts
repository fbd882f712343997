import { relative } from "node:path";
import { commandLine } from "../lib/command-line";
import { ends } from "../lib/ends";
import { evaluate } from "../plan/evaluate";
import { loadProgram } from "../plan/program";
import { renderings, writeRendering } from "../plan/renderings";
import { readStackSettings, stackNames } from "../plan/stack-settings";
import type { Launch } from "./launch";

/**
 * `npm run render`: writes what the local charts render with every stack's planned values.
 * With `--check` it writes nothing and returns 1 when a committed file differs.
 */
export async function main(args: string[], { root }: Launch): Promise<number> {
  const { check } = commandLine(
    "render",
    "Render the local charts with each stack's planned values, by the real Helm.",
  )
    .option("--check", "write nothing; exit 1 when a committed file differs")
    .parse(args, { from: "user" })
    .opts<{ check?: boolean }>();
  const program = await loadProgram(root);
  process.chdir(root);
  let stale = 0;
  for (const stack of stackNames(root)) {
    const plan = await evaluate(program, readStackSettings(root, stack));
    for (const rendering of await renderings(root, plan)) {
      if (rendering.committed) continue;
      stale += 1;
      const done = check ? "differs; run: npm run render" : "written";
      console.log(`${relative(root, rendering.file)}: ${done}`);
      if (!check) writeRendering(rendering);
    }
  }
  if (stale === 0) console.log("every rendered object is up to date");
  return check && stale > 0 ? ends.broken : ends.done;
}
