import { accessSync, constants } from "node:fs";
import path from "node:path";
import { UsageError } from "./ends";

/**
 * The absolute path of a file that `--json` names. It is looked at before the work whose result goes
 * there.
 *
 * @throws UsageError when its folder is not there or cannot be written to.
 */
export function jsonFile(file: string): string {
  const absolute = path.resolve(file);
  try {
    accessSync(path.dirname(absolute), constants.W_OK);
    return absolute;
  } catch (error) {
    throw new UsageError(
      `--json: ${(error as Error).message}: name a file in a folder that is there`,
    );
  }
}
