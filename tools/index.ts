import path from "node:path";
import { MissingTool } from "../lib/ends";
import { nodePins } from "./node-pins";
import { pins, type ToolName } from "./pins";
import type { Progress } from "./source";

export type { ToolName } from "./pins";
export type { Progress } from "./source";

/** Names of all pinned programs. */
export const toolNames = Object.keys(pins) as ToolName[];

/** Names of those that real nodes need, and nothing else: they run on Linux only. */
export const nodeTools = Object.keys(nodePins) as ToolName[];

/** Root of the tree with runc, iptables, nft, conntrack, ipset and busybox, which nodes lay over theirs. */
export async function nodeTree(progress?: Progress): Promise<string> {
  return path.resolve(await tool("runc", progress), "../../..");
}

/** Names of the programs that this machine's platform can have. */
export const toolNamesHere = toolNames.filter(runsHere);

const found = new Map<ToolName, Promise<string>>();

/**
 * Absolute path of a pinned program's executable: from the cache or the PATH if it is there in the
 * pinned version, else installed now, which for a cold cache takes minutes.
 *
 * @param progress told what an installation does; by default a line on stderr at its start.
 * @throws MissingTool, one clear line with the alternative, when it cannot be had.
 */
export function tool(name: ToolName, progress?: Progress): Promise<string> {
  let file = found.get(name);
  if (!file) {
    file = findOrInstall(name, progress);
    found.set(name, file);
    // After a failure the next call tries again.
    file.catch(() => found.delete(name));
  }
  return file;
}

/** Pinned version of a program, as its makers write it: `v3.22.0`. */
export function toolVersion(name: ToolName): string {
  return pins[name].version;
}

async function findOrInstall(name: ToolName, progress?: Progress): Promise<string> {
  const source = pins[name];
  if (!runsHere(name))
    throw new MissingTool(`${name} runs on Linux only; it is needed by real nodes, not simulated`);
  const there = await source.find();
  if (there) return there;
  if (!progress) process.stderr.write(`tools: installing ${name} ${source.version}\n`);
  return source.install(progress ?? (() => {}));
}

function runsHere(name: ToolName): boolean {
  return process.platform === "linux" || !(name in nodePins);
}
