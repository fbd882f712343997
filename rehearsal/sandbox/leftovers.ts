import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isAlive, start } from "../../lib/processes";

const cgroups = "/sys/fs/cgroup";

/** Prefix of a sandbox's folder and of its cgroups; the id of the process that made it follows. */
export const sandboxPrefix = "mini-xdr-laboratory-";

/**
 * A process that outlives this one, however that ends, and removes the sandbox's folder and cgroups
 * once nobody holds its standard input any more.
 */
export async function startJanitor(folder: string): Promise<ChildProcess> {
  return start("/bin/sh", [join(__dirname, "janitor.sh"), folder], {
    stdio: ["pipe", "ignore", "ignore"],
    // A session of its own: neither Ctrl-C nor a closed terminal reaches it.
    detached: true,
  });
}

/** Removes the folders and cgroups of sandboxes whose janitor was killed too. Returns their names. */
export async function removeSandboxes(): Promise<string[]> {
  const hierarchies = (await list(cgroups)).map((name) => join(cgroups, name));
  const places = [tmpdir(), cgroups, ...hierarchies];
  const names = (await Promise.all(places.map(list))).flat().filter((name) => {
    const pid = new RegExp(`^${sandboxPrefix}(\\d+)-`).exec(name)?.[1];
    return pid !== undefined && !isAlive(Number(pid));
  });
  const stale = [...new Set(names)];
  await Promise.all(
    stale.map(async (name) => {
      const janitor = await startJanitor(join(tmpdir(), name));
      const gone = once(janitor, "exit");
      janitor.stdin!.destroy();
      await gone;
    }),
  );
  return stale;
}

/** What is in a folder; nothing where there is none. */
async function list(folder: string): Promise<string[]> {
  return readdir(folder).catch(() => []);
}
