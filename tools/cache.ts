import { mkdir, mkdtemp, readdir, rename, rm, stat } from "node:fs/promises";
import path from "node:path";
import { cacheHome } from "../lib/code-cache.cjs";

/** Where installed tools are kept: `$XDG_CACHE_HOME/mini-xdr/tools`, by default under `~/.cache`. */
export function cacheFolder(): string {
  return path.join(cacheHome(), "tools");
}

/**
 * Runs `fill` on an empty folder and, once it is done, moves the folder to `destination` in one
 * step: no one ever sees half a tool, and a failure leaves nothing behind.
 */
export async function publish(
  destination: string,
  fill: (folder: string) => Promise<void>,
): Promise<void> {
  await mkdir(path.dirname(destination), { recursive: true });
  const folder = await mkdtemp(`${destination}.partial-`);
  try {
    await fill(folder);
    await rename(folder, destination).catch((error: NodeJS.ErrnoException) => {
      // Another process was faster with the same pins: its result is as good.
      if (error.code !== "ENOTEMPTY" && error.code !== "EEXIST") throw error;
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Removes what killed installations of `destination` left. To be called under its lock. */
export async function removePartial(destination: string): Promise<void> {
  const folder = path.dirname(destination);
  const prefix = `${path.basename(destination)}.partial-`;
  const left = (await readdir(folder)).filter((name) => name.startsWith(prefix));
  for (const name of left) await rm(path.join(folder, name), { recursive: true, force: true });
}

/** Whether a file or folder is there. */
export async function exists(file: string): Promise<boolean> {
  return stat(file).then(
    () => true,
    () => false,
  );
}
