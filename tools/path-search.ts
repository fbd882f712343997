import { constants } from "node:fs";
import { access } from "node:fs/promises";
import path from "node:path";
import { run } from "../lib/processes";

/** The executable `name` on the PATH if it says that it is `version`, else undefined. */
export async function findOnPath(
  name: string,
  version: string,
  versionArguments: string[],
): Promise<string | undefined> {
  for (const folder of (process.env.PATH ?? "").split(path.delimiter).filter(path.isAbsolute)) {
    const file = path.join(folder, name);
    const executable = await access(file, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (executable && (await says(file, versionArguments, version))) return file;
  }
  return undefined;
}

/** Whether the program's own answer has this version, as a word of its own: 1.3 is not 1.36. */
export async function says(file: string, args: string[], version: string): Promise<boolean> {
  const number = version.replace(/^v/, "").replaceAll(".", "\\.");
  const answer = await run(file, args, { timeout: 10_000 }).catch(() => undefined);
  return answer?.code === 0 && new RegExp(`(?<![\\d.])${number}(?![\\w.-])`).test(answer.stdout);
}
