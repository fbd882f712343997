import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { buildOnce } from "./build-once";
import { cacheFolder, exists } from "./cache";
import { installPackages } from "./debian-packages";
import { MissingTool } from "../lib/ends";
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

const execute = promisify(execFile);

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
    await run(folder, "tar", "-xf", original, "--one-top-level=source", "--strip-components=1");
    const source = path.join(folder, "source");
    await run(source, "tar", "-xf", path.join(folder, debian));
    const series = await readFile(path.join(source, "debian/patches/series"), "utf8");
    for (const patch of series.split("\n").filter((line) => line && !line.startsWith("#")))
      await run(source, "patch", "-p1", "-s", "-i", `debian/patches/${patch}`);
    progress("compiling");
    await run(source, "./configure", ...pin.configure);
    await run(source, "make", "-j2", pin.name);
    await copyFile(path.join(source, pin.name), path.join(into, pin.name));
  } catch (error) {
    const lines = (error as { stderr?: string }).stderr?.trim().split("\n");
    const reason = lines?.slice(-2).join("; ") || (error as Error).message;
    throw new MissingTool(
      `${pin.name} ${pin.version} could not be built (${reason}): it needs apt and apt-get install ${pin.needs.join(" ")}`,
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
  const { stdout } = await execute("apt-get", ["indextargets", "--format", "$(SITE)"]);
  const mirrors = new Set(
    stdout.split("\n").filter((site) => /\/debian(-security)?\/?$/.test(site)),
  );
  const entries = [...mirrors].map((site) => {
    const suite = /-security\/?$/.test(site) ? `${pin.release}-security` : pin.release;
    return [
      ...["Types: deb-src", `URIs: ${site}`, `Suites: ${suite}`, "Components: main"],
      "Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg",
    ].join("\n");
  });
  await writeFile(path.join(sources, "source.sources"), `${entries.join("\n\n")}\n`);
  const own = [
    ...["-o", "Dir::Etc::SourceList=/dev/null", "-o", `Dir::Etc::SourceParts=${sources}`],
    ...["-o", `Dir::State::Lists=${lists}`, "-o", `Dir::Cache=${cache}`],
    ...["-o", "APT::Sandbox::User=root", "-qq"],
  ];
  await run(folder, "apt-get", ...own, "update");
  await run(folder, "apt-get", ...own, "source", "--download-only", `${pin.name}=${pin.version}`);
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

async function run(folder: string, command: string, ...args: string[]): Promise<void> {
  await execute(command, args, { cwd: folder, maxBuffer: 1 << 26 });
}
