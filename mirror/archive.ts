import { createHash } from "node:crypto";
import { readFile, rm } from "node:fs/promises";
import path from "node:path";
import { Failure } from "../lib/ends";
import { output } from "../lib/processes";
import { tool } from "../tools";
import type { ChartPin } from "../upstream/upstream";

/** Milliseconds that a repository may take to hand out one chart. */
const pullLimit = 60_000;

/**
 * Brings a chart's archive from its publishers into a folder, and returns its path.
 *
 * @throws Failure when it cannot be had, or is not the pinned one.
 */
export async function fetchArchive(
  name: string,
  { version, repository, archive }: ChartPin,
  into: string,
  signal?: AbortSignal,
): Promise<string> {
  // A user's own settings and credentials must not decide what is had.
  const home = path.join(into, "helm");
  const args = ["pull", name, "--repo", repository, "--version", version, "--destination", into];
  await output(await tool("helm"), args, {
    env: { HELM_CACHE_HOME: home, HELM_CONFIG_HOME: home, HELM_DATA_HOME: home },
    timeout: pullLimit,
    signal,
  });
  await rm(home, { recursive: true, force: true });
  const file = path.join(into, `${name}-${version}.tgz`);
  const found = await digestOf(file);
  if (found !== archive)
    throw new Failure(
      `${name} ${version} of ${repository} is ${found}, and not the pinned ${archive}`,
    );
  return file;
}

/** A file's digest as registries write it. */
export async function digestOf(file: string): Promise<string> {
  return `sha256:${createHash("sha256")
    .update(await readFile(file))
    .digest("hex")}`;
}
