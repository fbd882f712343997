import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { MissingTool } from "../lib/ends";
import { output } from "../lib/processes";
import { buildOnce } from "./build-once";
import { cacheFolder, exists } from "./cache";
import { installPackages } from "./debian-packages";
import type { Progress, Source } from "./source";

/** A program of a Python package. */
export interface PythonTool {
  /** Name of the executable. */
  name: string;
  /** The package in the requirements, which give its version. */
  package: string;
  /** The module that is the program, as in `python -m`; absent: the package brings one that runs by itself. */
  module?: string;
  /** Requirements beside this file: the package and all it needs, by version and SHA-256. */
  requirements: string;
}

/**
 * Installs a program into a virtual environment of its own in the cache: `NAME` starts it, and
 * `venv/bin/python` beside it has its packages.
 */
export function pythonTool(tool: PythonTool): Source {
  const requirements = path.join(__dirname, tool.requirements);
  const text = readFileSync(requirements, "utf8");
  const version = new RegExp(`^${tool.package}==(\\S+)`, "m").exec(text)![1]!;
  const hash = createHash("sha256").update(text).digest("hex").slice(0, 16);
  const folder = path.join(cacheFolder(), `${tool.name}-${version}-${hash}`);
  const executable = path.join(folder, tool.name);
  return {
    version,
    find: async () => ((await exists(executable)) ? executable : undefined),
    install: (progress) =>
      buildOnce(folder, tool.name, progress, async (into) => {
        await installPackages(["python3-venv"], progress);
        await install(tool, version, requirements, into, progress);
      }),
  };
}

async function install(
  { name, module }: PythonTool,
  version: string,
  requirements: string,
  into: string,
  progress: Progress,
): Promise<void> {
  try {
    progress("making its virtual environment");
    await output("python3", ["-m", "venv", path.join(into, "venv")]);
    progress(`installing it with pip, from ${path.basename(requirements)}`);
    await output(path.join(into, "venv/bin/python"), [
      "-m",
      "pip",
      "install",
      "--quiet",
      "--require-hashes",
      "--requirement",
      requirements,
    ]);
  } catch (error) {
    throw new MissingTool(
      `${name} ${version} could not be installed (${(error as Error).message}): install Python 3 with venv, such as Debian's python3-venv, and let pip reach its index`,
    );
  }
  // pip's own script names the folder that the environment was made in; it is moved after this.
  const words = module === undefined ? `${name}"` : `python" -m ${module}`;
  const script = `#!/bin/sh\nexec "$(dirname "$0")/venv/bin/${words} "$@"\n`;
  await writeFile(path.join(into, name), script, { mode: 0o755 });
}
