import { accessSync, constants, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { Failure, UsageError } from "./ends";

/**
 * Reads an option that names a file: gives its absolute path. It is looked at before the work whose result
 * goes there.
 *
 * @throws UsageError when it cannot be written.
 */
export function outputFile(option: string): (file: string) => string {
  return (file) => {
    const absolute = path.resolve(file);
    try {
      const there = statSync(absolute, { throwIfNoEntry: false });
      if (file === "" || there?.isDirectory()) throw new Error(`"${file}" is a folder`);
      accessSync(there ? absolute : path.dirname(absolute), constants.W_OK);
      if (!there && !statSync(path.dirname(absolute)).isDirectory())
        throw new Error(`${path.dirname(absolute)} is no folder`);
      return absolute;
    } catch (error) {
      throw new UsageError(
        `${option}: ${(error as Error).message}: name a file in a folder that is there`,
      );
    }
  };
}

/** The same of `--json`. */
export const jsonFile = outputFile("--json");

/** Writes a value as JSON. @throws Failure when that does not work. */
export function writeJson(file: string, value: unknown): void {
  try {
    writeFileSync(file, `${JSON.stringify(value, null, 2)}\n`);
  } catch (error) {
    throw new Failure(`${file} could not be written: ${(error as Error).message}`, {
      cause: error,
    });
  }
}
