import path from "node:path";
import { exists, publish, removePartial } from "./cache";
import { withLock } from "./lock";
import type { Progress } from "./source";

/**
 * Fills `folder` of the cache by `build` unless it is there: whole or not at all, and by one
 * process at a time. Returns the path of the executable `name` in it.
 */
export function buildOnce(
  folder: string,
  name: string,
  progress: Progress,
  build: (into: string) => Promise<void>,
): Promise<string> {
  const executable = path.join(folder, name);
  return withLock(`${folder}.lock`, progress, async () => {
    await removePartial(folder);
    if (!(await exists(executable))) await publish(folder, build);
    return executable;
  });
}
