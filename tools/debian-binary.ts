import { copyFile, mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { buildOnce } from "./build-once";
import { cacheFolder, exists } from "./cache";
import { MissingTool } from "../lib/ends";
import { output, run } from "../lib/processes";
import { downloadPackages } from "./debian-packages";
import { findOnPath } from "./path-search";
import type { Progress, Source } from "./source";

/** One program of a Debian package whose other contents, such as a service, are not wanted. */
export interface DebianBinary {
  name: string;
  package: string;
  /** Path in the package. */
  file: string;
  /** What the program calls its version; any Debian revision of it. */
  version: string;
}

/**
 * Takes one program out of a package that apt downloads and verifies, into the cache. Nothing is
 * installed; as root the package lists are fetched first where there are none.
 */
export function debianBinary(pin: DebianBinary): Source {
  const folder = path.join(cacheFolder(), `${pin.name}-${pin.version}`);
  const executable = path.join(folder, pin.name);
  return {
    version: pin.version,
    async find() {
      if (await exists(executable)) return executable;
      return findOnPath(pin.name, pin.version, ["--version"]);
    },
    install: (progress) =>
      buildOnce(folder, pin.name, progress, (into) => extract(pin, into, progress)),
  };
}

async function extract(pin: DebianBinary, into: string, progress: Progress): Promise<void> {
  const folder = await mkdtemp(path.join(os.tmpdir(), `mini-xdr-${pin.name}-`));
  try {
    progress(`fetching the package ${pin.package}`);
    const [archive] = await downloadPackages([pin.package], folder);
    await output("dpkg-deb", ["--extract", archive!, "contents"], { cwd: folder });
    const file = path.join(folder, "contents", pin.file);
    const { code, stdout, stderr } = await run(file, ["--version"]);
    if (code !== 0 || !`${stdout}${stderr}`.includes(` ${pin.version}`))
      throw new Error(`this Debian's is ${path.basename(archive!)}`);
    await copyFile(file, path.join(into, pin.name));
  } catch (error) {
    throw new MissingTool(
      `${pin.name} ${pin.version} is not on the PATH and could not be taken from Debian's package ${pin.package} (${(error as Error).message}): put it on the PATH`,
    );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
