import { cp, mkdir } from "node:fs/promises";
import path from "node:path";
import { UsageError } from "../../lib/ends";
import { output } from "../../lib/processes";
import type { Progress } from "../../tools";
import type { Instruction, Stage } from "./dockerfile";

/**
 * Follows a build stage on this machine: its commands as they stand, with this machine's Node and
 * npm in place of the base image's. `root` is the stage's file system, of which only what the stage
 * itself copies and makes is there.
 *
 * @param context the folder that `COPY` copies from.
 */
export async function runBuildStage(
  stage: Stage,
  context: string,
  root: string,
  progress: Progress,
): Promise<void> {
  let folder = root;
  for (const instruction of stage.instructions) {
    const { keyword, rest, line } = instruction;
    if (keyword === "WORKDIR") {
      folder = path.join(root, rest);
      await mkdir(folder, { recursive: true });
    } else if (keyword === "COPY") await copy(instruction, context, folder);
    else if (keyword === "RUN") {
      progress(rest);
      // What npm has fetched before it need not fetch again; the lock file has every checksum.
      const env = { npm_config_prefer_offline: "true" };
      await output("sh", ["-e", "-c", rest], { cwd: folder, env });
    } else throw new UsageError(`line ${line}: a build stage has no ${keyword} here`);
  }
}

async function copy({ rest, line }: Instruction, context: string, folder: string): Promise<void> {
  const names = rest.split(/\s+/);
  const destination = names.pop()!;
  if (names.length === 0 || names[0]!.startsWith("--"))
    throw new UsageError(`line ${line}: a build stage copies from its context only`);
  const to = path.resolve(folder, destination);
  for (const name of names) await copyOne(name, context, to, destination.endsWith("/"));
}

/** As a container engine does it: a folder's content goes into the destination, a file beside it. */
async function copyOne(name: string, context: string, to: string, into: boolean): Promise<void> {
  const script = `
    for one in ${name}; do
      if [ -d "$one" ]; then mkdir -p "$to" && cp -R "$one/." "$to/"
      else mkdir -p "$folder" && cp "$one" "$to"; fi
    done`;
  const env = { to: into ? `${to}/` : to, folder: into ? to : path.dirname(to) };
  await output("sh", ["-e", "-c", script], { cwd: context, env });
}

/** A copy of the context without what a build leaves in it, such as installed packages. */
export async function copyContext(from: string, to: string): Promise<void> {
  const filter = (file: string) => !/(^|\/)(node_modules|dist)$/.test(path.relative(from, file));
  await cp(from, to, { recursive: true, filter });
}
