import path from "node:path";
import { exists } from "./cache";
import { installPackages, missing } from "./debian-packages";
import { MissingTool } from "../lib/ends";
import { output } from "../lib/processes";
import type { Source } from "./source";

/** A program of a Debian package, which keeps it off the PATH. */
export interface DebianTool {
  /** Absolute path of the executable, as the package installs it. */
  file: string;
  /** What brings it, and what its users need beside it. */
  packages: string[];
  /** `major.minor`: this or a later one, as Debian's security updates move it. */
  version: string;
}

/** Uses what Debian's package manager installed, and as root lets it install what is missing. */
export function debianTool({ file, packages, version }: DebianTool): Source {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const program = async () => {
    if (!(await exists(file))) return undefined;
    const answer = await output(file, ["--version"]);
    const [, ...its] = /\s(\d+)\.(\d+)/.exec(answer) ?? [];
    const [itsMajor = 0, itsMinor = 0] = its.map(Number);
    // A program whose major may not move has it in its path.
    const late = itsMajor > major || (itsMajor === major && itsMinor >= minor);
    return late ? file : undefined;
  };
  return {
    version,
    // On a machine that has the program already, what a pin names beside it may still be missing.
    find: async () => ((await missing(packages)).length > 0 ? undefined : program()),
    async install(progress) {
      await installPackages(packages, progress);
      const found = await program();
      if (found) return found;
      throw new MissingTool(
        `${path.basename(file)} ${version} is not at ${file}: apt-get install ${packages.join(" ")}`,
      );
    },
  };
}
