import { createHash } from "node:crypto";
import { mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { MissingTool } from "../lib/ends";
import { output } from "../lib/processes";
import { buildOnce } from "./build-once";
import { cacheFolder, exists } from "./cache";
import { downloadPackages, unpackPackages } from "./debian-packages";
import type { Source } from "./source";

/** Programs of Debian packages, unpacked beside each other with the libraries they need. */
export interface DebianTree {
  /** Path in the tree of the executable that stands for all of it. */
  file: string;
  /** It is to run outside the tree too: a script of its name then shows it the tree's libraries. */
  alone?: boolean;
  /** The package that has it. */
  package: string;
  /** Every package, with its makers' version; any Debian revision of it. */
  packages: Record<string, string>;
  /** Links that the packages' own scripts would make, by their path in the tree. */
  links?: Record<string, string>;
}

/**
 * Unpacks packages that apt downloads and verifies into one folder of the cache, which may be laid
 * over a root file system of the same Debian release. Nothing is installed.
 */
export function debianTree(pin: DebianTree): Source {
  const name = path.basename(pin.file);
  const version = pin.packages[pin.package]!;
  const hash = createHash("sha256").update(JSON.stringify(pin)).digest("hex").slice(0, 16);
  const folder = path.join(cacheFolder(), `${name}-${version}-${hash}`);
  const file = pin.alone ? name : pin.file;
  const executable = path.join(folder, file);
  return {
    version,
    find: async () => ((await exists(executable)) ? executable : undefined),
    install: (progress) =>
      buildOnce(folder, file, progress, async (into) => {
        progress(`fetching ${Object.keys(pin.packages).length} packages`);
        try {
          await unpack(pin, into);
          await checkLibraries(into, pin.file);
          if (pin.alone) await writeStarter(into, pin.file);
        } catch (error) {
          throw new MissingTool(
            `${name} ${version} could not be taken from Debian's packages (${(error as Error).message}): it needs apt and a mirror of Debian 12`,
          );
        }
      }),
  };
}

async function unpack({ packages, links = {} }: DebianTree, into: string): Promise<void> {
  const folder = await mkdtemp(path.join(os.tmpdir(), "mini-xdr-packages-"));
  try {
    const archives = await downloadPackages(Object.keys(packages), folder);
    for (const [name, version] of Object.entries(packages)) checkVersion(name, version, archives);
    await unpackPackages(archives, into);
    for (const [file, target] of Object.entries(links))
      await symlink(target, path.join(into, file));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function checkVersion(name: string, version: string, archives: string[]): void {
  const file = archives
    .map((archive) => path.basename(archive))
    .find((file) => file.startsWith(`${name}_`));
  // NAME_[EPOCH:]VERSION-REVISION_ARCHITECTURE.deb, with the colon as %3a.
  const found = file?.split("_")[1]!.replace(/^\d+%3a/, "");
  if (!found || !new RegExp(`^${version.replaceAll(".", "\\.")}(?![\\d.])`).test(found))
    throw new Error(`this Debian's ${name} is ${found ?? "missing"}, pinned is ${version}`);
}

/** A library that neither the tree nor this machine has would only be missed when a node starts. */
async function checkLibraries(root: string, file: string): Promise<void> {
  const executables = path.join(root, path.dirname(file));
  const env = { LD_LIBRARY_PATH: await libraryFolder(root) };
  const found = await output("find", [executables, "-type", "f", "-perm", "-u+x"]);
  for (const program of found.split("\n")) {
    const linked = await output("ldd", [program], { env }).catch(() => "");
    const missing = /^\s*(\S+) => not found/m.exec(linked)?.[1];
    if (missing)
      throw new Error(`${path.basename(program)} needs ${missing}, which is in no package`);
  }
}

async function writeStarter(root: string, file: string): Promise<void> {
  const libraries = path.relative(root, await libraryFolder(root));
  const script = `#!/bin/sh
tree=$(dirname "$0")
LD_LIBRARY_PATH="$tree/${libraries}" exec "$tree/${file}" "$@"
`;
  await writeFile(path.join(root, path.basename(file)), script, { mode: 0o755 });
}

/** usr/lib/x86_64-linux-gnu, or as another architecture calls it. */
async function libraryFolder(root: string): Promise<string> {
  const found = await output("find", [
    path.join(root, "usr/lib"),
    "-maxdepth",
    "1",
    "-name",
    "*-linux-gnu*",
  ]);
  return found.split("\n")[0]!;
}
