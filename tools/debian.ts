import path from "node:path";
import { exists } from "./cache";
import { installPackages } from "./debian-packages";
import { MissingTool } from "../lib/ends";
import { output } from "../lib/processes";
import type { Source } from "./source";

/** A program of a Debian package, which keeps it off the PATH. */
export interface DebianTool {
  /** Absolute path of the executable, as the package installs it. */
  file: string;
  /** What brings it, and what its users need beside it. */
  packages: string[];
  /** `major.minor`: this major, and this minor or a later one, as Debian's security updates move it. */
  version: string;
}

/** Uses what Debian's package manager installed, and as root lets it install what is missing. */
export function debianTool({ file, packages, version }: DebianTool): Source {
  const [major = "", oldest = ""] = version.split(".");
  const find = async () => {
    if (!(await exists(file))) return undefined;
    const answer = await output(file, ["--version"]);
    const minor = new RegExp(`\\s${major}\\.(\\d+)`).exec(answer)?.[1];
    return Number(minor) >= Number(oldest) ? file : undefined;
  };
  return {
    version,
    find,
    async install(progress) {
      await installPackages(packages, progress);
      const found = await find();
      if (found) return found;
      const program = path.basename(file);
      throw new MissingTool(
        `${program} ${version} is not at ${file}: apt-get install ${packages.join(" ")}`,
      );
    },
  };
}
