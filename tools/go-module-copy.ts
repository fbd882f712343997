import { appendFile, copyFile, cp, mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import spawn from "nano-spawn";

/**
 * Copies a module, which Go has checked against go.sum, into the empty folder `work` and adds files
 * that it lacks. Returns the arguments by which `go build` in `folder` takes the copy.
 *
 * @param files texts by their paths in the module.
 * @param folder where go.mod requires the module.
 */
export async function moduleCopy(
  module: string,
  files: Record<string, string>,
  folder: string,
  work: string,
): Promise<string[]> {
  const download = ["mod", "download", "-json", module];
  const { stdout } = await spawn("go", download, { cwd: folder, env: { GOWORK: "off" } });
  const { Dir } = JSON.parse(stdout) as { Dir: string };
  const copy = path.join(work, "module");
  await cp(Dir, copy, { recursive: true });
  // Go's own copies may only be read.
  await spawn("chmod", ["-R", "u+w", copy]);
  for (const [name, text] of Object.entries(files)) {
    const file = path.join(copy, name);
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, text);
  }
  for (const pins of ["go.mod", "go.sum"])
    await copyFile(path.join(folder, pins), path.join(work, pins));
  const pins = path.join(work, "go.mod");
  await appendFile(pins, `\nreplace ${module} => ${copy}\n`);
  return [`-modfile=${pins}`];
}
