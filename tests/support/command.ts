import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { copyCheckout } from "../../lib/checkout";
import { run, type Result, type RunOptions } from "../../lib/processes";
import { root } from "./planned";

/** npm scripts that the launcher starts, by their names. */
export async function scripts(): Promise<string[]> {
  return Object.entries(await packageScripts(root))
    .filter(([, line]) => line.includes("commands/run.cjs"))
    .map(([name]) => name);
}

/** Runs an npm script to its end, by the very words that npm runs, without npm's own second. */
export async function command(
  script: string,
  args: string[],
  options: RunOptions = {},
): Promise<Result> {
  const cwd = String(options.cwd ?? root);
  const [node, ...words] = (await packageScripts(cwd))[script]!.split(" ");
  if (node !== "node") throw new Error(`npm run ${script} starts ${node}, not node`);
  return run(process.execPath, [...words, ...args], { ...options, cwd });
}

async function packageScripts(folder: string): Promise<Record<string, string>> {
  const text = await readFile(path.join(folder, "package.json"), "utf8");
  return (JSON.parse(text) as { scripts: Record<string, string> }).scripts;
}

/** A copy of this checkout for a suite, which may break it; it goes with the suite. */
export function ownCheckout(): () => string {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "mini-xdr-checkout-"));
    await copyCheckout(root, folder);
  });
  after(() => rm(folder, { recursive: true }));
  return () => folder;
}

/** What no command may ever print: where it was when it failed. */
export const stackTrace = /^\s+at .*[:(]\d+|node:internal|triggerUncaughtException/m;
