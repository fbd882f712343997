import { readdir, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { isAlive } from "../../lib/processes";

/** Prefix of a control plane's folder; the id of its process follows. */
export const folderPrefix = "mini-xdr-rehearsal-";

/**
 * Removes the folders of runs that were killed before they could. Their programs are gone: the
 * kernel ended them with the run. Returns the folders removed.
 */
export async function removeLeftovers(): Promise<string[]> {
  const names = await readdir(os.tmpdir());
  const stale = names.filter((name) => {
    const pid = new RegExp(`^${folderPrefix}(\\d+)-`).exec(name)?.[1];
    return pid !== undefined && !isAlive(Number(pid));
  });
  const folders = stale.map((name) => path.join(os.tmpdir(), name));
  await Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true })));
  return folders;
}
