import { createHash } from "node:crypto";
import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { buildOnce } from "./build-once";
import { cacheFolder, exists } from "./cache";
import { installPackages } from "./debian-packages";
import { MissingTool } from "../lib/ends";
import { output } from "../lib/processes";
import { says } from "./path-search";
import type { Progress, Source } from "./source";

/** A program built from a Debian source package of another release than this machine's. */
export interface DebianSource {
  /** Name of the source package and of the executable. */
  name: string;
  /** Debian's full version. */
  version: string;
  /** What the program itself calls its version. */
  upstream: string;
  /** Debian release that has it. */
  release: string;
  /** SHA-256 of each file of the source package. */
  checksums: Record<string, string>;
  configure: string[];
  /** Packages with the headers that it is built against. */
  needs: string[];
}

/**
 * Fetches a source package with apt, from the mirrors that this machine already trusts, verifies
 * every file against the pinned checksums, applies Debian's patches and builds it into the cache.
 * What building needs is installed where this process may; the machine's package lists stay.
 */
export function debianSource(pin: DebianSource): Source {
  const hash = createHash("sha256").update(JSON.stringify(pin)).digest("hex").slice(0, 16);
  const folder = path.join(cacheFolder(), `${pin.name}-${pin.upstream}-${hash}`);
  const executable = path.join(folder, pin.name);
  return {
    version: pin.version,
    // From the cache only: a program's own version does not tell Debian's security fixes.
    find: async () => ((await works(pin, executable)) ? executable : undefined),
    install: (progress) =>
      buildOnce(folder, pin.name, progress, (into) => build(pin, into, progress)),
  };
}

async function works(pin: DebianSource, executable: string): Promise<boolean> {
  return (await exists(executable)) && says(executable, ["--version"], pin.upstream);
}

async function build(pin: DebianSource, into: string, progress: Progress): Promise<void> {
  const folder = await mkdtemp(path.join(os.tmpdir(), `mini-xdr-${pin.name}-`));
  try {
    await installPackages(pin.needs, progress);
    progress(`fetching the source package ${pin.version}`);
    await fetch(pin, folder);
    const [original, debian] = await verify(pin, folder);
    const unpack = ["-xf", original, "--one-top-level=source", "--strip-components=1"];
    await output("tar", unpack, { cwd: folder });
    const source = path.join(folder, "source");
    const inSource = { cwd: source };
    await output("tar", ["-xf", path.join(folder, debian)], inSource);
    const series = await readFile(path.join(source, "debian/patches/series"), "utf8");
    for (const patch of series.split("\n").filter((line) => line && !line.startsWith("#")))
      await output("patch", ["-p1", "-s", "-i", `debian/patches/${patch}`], inSource);
    progress("compiling");
    await output("./configure", pin.configure, inSource);
    await output("make", ["-j2", pin.name], inSource);
    await copyFile(path.join(source, pin.name), path.join(into, pin.name));
  } catch (error) {
    throw new MissingTool(
      `${pin.name} ${pin.version} could not be built (${(error as Error).message}): it needs apt and apt-get install ${pin.needs.join(" ")}`,
    );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Downloads with package lists of our own, so that the machine's are untouched. */
async function fetch(pin: DebianSource, folder: string): Promise<void> {
  const lists = path.join(folder, "lists");
  const sources = path.join(folder, "sources");
  const cache = path.join(folder, "cache");
  for (const one of [path.join(lists, "partial"), sources, path.join(cache, "archives/partial")])
    await mkdir(one, { recursive: true });
  const sites = await output("apt-get", ["indextargets", "--format", "$(SITE)"]);
  const mirrors = new Set(
    sites.split("\n").filter((site) => /\/debian(-security)?\/?$/.test(site)),
  );
  const entries = [...mirrors].map((site) => {
    const suite = /-security\/?$/.test(site) ? `${pin.release}-security` : pin.release;
    return [
      "Types: deb-src",
      `URIs: ${site}`,
      `Suites: ${suite}`,
      "Components: main",
      "Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg",
    ].join("\n");
  });
  await writeFile(path.join(sources, "source.sources"), `${entries.join("\n\n")}\n`);
  const own = [
    "Dir::Etc::SourceList=/dev/null",
    `Dir::Etc::SourceParts=${sources}`,
    `Dir::State::Lists=${lists}`,
    `Dir::Cache=${cache}`,
    "APT::Sandbox::User=root",
  ].flatMap((setting) => ["-o", setting]);
  const download = ["source", "--download-only", `${pin.name}=${pin.version}`];
  await output("apt-get", [...own, "-qq", "update"]);
  await output("apt-get", [...own, "-qq", ...download], { cwd: folder });
}

/** Returns the names of the original archive and of Debian's. */
async function verify(pin: DebianSource, folder: string): Promise<[string, string]> {
  for (const [file, expected] of Object.entries(pin.checksums)) {
    const content = await readFile(path.join(folder, file));
    const found = createHash("sha256").update(content).digest("hex");
    if (found !== expected) throw new Error(`${file} has SHA-256 ${found}, pinned is ${expected}`);
  }
  const files = Object.keys(pin.checksums);
  return [
    files.find((file) => file.includes(".orig."))!,
    files.find((file) => file.includes(".debian."))!,
  ];
}
