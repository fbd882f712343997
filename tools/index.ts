import { pins, type ToolName } from "./pins";
import type { Progress } from "./source";

export type { ToolName } from "./pins";
export type { Progress } from "./source";

/** Names of all pinned programs. */
export const toolNames = Object.keys(pins) as ToolName[];

const found = new Map<ToolName, Promise<string>>();

/**
 * Absolute path of a pinned program's executable: from the cache or the PATH if it is there in the
 * pinned version, else installed now, which for a cold cache takes minutes.
 *
 * @param progress told what an installation does; by default a line on stderr at its start.
 * @throws MissingTool, one clear line with the alternative, when it cannot be had.
 */
export function tool(name: ToolName, progress?: Progress): Promise<string> {
  let path = found.get(name);
  if (!path) {
    path = findOrInstall(name, progress);
    found.set(name, path);
    // After a failure the next call tries again.
    path.catch(() => found.delete(name));
  }
  return path;
}

/** Pinned version of a program, as its makers write it: `v3.22.0`. */
export function toolVersion(name: ToolName): string {
  return pins[name].version;
}

async function findOrInstall(name: ToolName, progress?: Progress): Promise<string> {
  const source = pins[name];
  const there = await source.find();
  if (there) return there;
  if (!progress) process.stderr.write(`tools: installing ${name} ${source.version}\n`);
  return source.install(progress ?? (() => {}));
}
