import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import spawn, { SubprocessError } from "nano-spawn";
import { buildOnce } from "./build-once";
import { cacheFolder, exists } from "./cache";
import { MissingTool } from "../lib/ends";
import { moduleCopy } from "./go-module-copy";
import { findOnPath } from "./path-search";
import type { Progress, Source } from "./source";

/** A program built from a Go module that go.mod pins. */
export interface GoTool {
  /** Name of the executable. */
  name: string;
  /** Module path in go.mod, which gives the version. */
  module?: string;
  /** What its makers call the module's version, where that is another than the module's. */
  release?: (moduleVersion: string) => string;
  /** Version of a program of this project's own, which no module in go.mod gives. */
  version?: string;
  /** Package path of the program's main package; a `tool` of go.mod, or `.` in a folder of ours. */
  package: string;
  /** Build tags. */
  tags?: string[];
  /** Go variables that hold the version, for programs that only learn it from the linker. */
  versionVariables?: string[];
  /** Arguments that make the program print its version; absent: it cannot, and is always built. */
  versionArguments?: string[];
  /** Texts of files that its makers generate and embed, by their paths in the module, which lacks them. */
  placeholders?: Record<string, string>;
  /** Folder with the go.mod and go.sum that pin it; by default this one. */
  folder?: string;
}

/** Builds a program from the Go modules pinned in go.mod and go.sum, into the cache. */
export function goTool(tool: GoTool): Source {
  const version = once(() => pinnedVersion(tool));
  const folder = once(() => path.join(cacheFolder(), cacheKey(tool, version())));
  const executable = once(() => path.join(folder(), tool.name));
  return {
    get version() {
      return version();
    },
    async find() {
      // The cache first: it needs no program run to know the version.
      if (await exists(executable())) return executable();
      if (!tool.versionArguments) return undefined;
      return findOnPath(tool.name, version(), tool.versionArguments);
    },
    install: (progress) =>
      buildOnce(folder(), tool.name, progress, (into) => build(tool, version(), into, progress)),
  };
}

function pinnedVersion(tool: GoTool): string {
  const { module = "", version, release = (name) => name } = tool;
  if (version) return version;
  const name = module.replaceAll(".", "\\.");
  const found = new RegExp(`^(?:require)?\\s+${name} (v\\S+)`, "m").exec(pinFile(tool, "go.mod"));
  if (!found)
    throw new Error(`${folderOf(tool)}/go.mod requires no ${module}: add it with go get -tool`);
  return release(found[1]!);
}

function folderOf({ folder = "." }: GoTool): string {
  return path.join(__dirname, folder);
}

/** Go files of this project that go into it. */
function ownSources(tool: GoTool): string[] {
  if (tool.package !== ".") return [];
  return readdirSync(folderOf(tool), { recursive: true, encoding: "utf8" })
    .filter((file) => /\.(go|mod)$/.test(file))
    .sort()
    .map((file) => readFileSync(path.join(folderOf(tool), file), "utf8"));
}

const pinFiles = new Map<string, string>();

function pinFile(tool: GoTool, name: "go.mod" | "go.sum"): string {
  const file = path.join(folderOf(tool), name);
  // What imports nothing but Go's own packages has no go.sum.
  const none = name === "go.sum" && !existsSync(file);
  const content = pinFiles.get(file) ?? (none ? "" : readFileSync(file, "utf8"));
  pinFiles.set(file, content);
  return content;
}

function cacheKey(tool: GoTool, version: string): string {
  const platform = [process.platform, process.arch];
  const files = [pinFile(tool, "go.mod"), pinFile(tool, "go.sum"), ...ownSources(tool)];
  const { placeholders = {} } = tool;
  const written = Object.entries(placeholders).flat();
  const pins = [...files, tool.package, ...platform, ...buildArguments(tool), ...written];
  const hash = createHash("sha256").update(JSON.stringify(pins)).digest("hex");
  return `${tool.name}-${version}-${hash.slice(0, 16)}`;
}

function buildArguments(tool: GoTool): string[] {
  const version = pinnedVersion(tool);
  const variables = (tool.versionVariables ?? []).map((name) => `-X ${name}=${version}`);
  const linker = ["-s", "-w", ...variables].join(" ");
  // readonly: a build that needs a module go.sum does not pin fails instead of trusting it.
  const tags = tool.tags ? [`-tags=${tool.tags.join(",")}`] : [];
  const fixed = ["-v", "-mod=readonly", "-buildvcs=false", "-trimpath"];
  return ["build", ...fixed, ...tags, "-ldflags", linker];
}

async function build(tool: GoTool, version: string, into: string, progress: Progress) {
  const work = await mkdtemp(path.join(os.tmpdir(), `mini-xdr-${tool.name}-`));
  const cwd = folderOf(tool);
  const env = { CGO_ENABLED: "0", GOWORK: "off" };
  const lines: string[] = [];
  let packages = 0;
  try {
    const { module = "", placeholders } = tool;
    const copied = placeholders ? await moduleCopy(module, placeholders, cwd, work) : [];
    const args = [...buildArguments(tool), ...copied];
    args.push("-o", path.join(into, tool.name), tool.package);
    const go = spawn("go", args, { cwd, env, stdin: "ignore", stdout: "ignore" });
    for await (const line of go.stderr)
      // With -v, Go names each package as it compiles it, and each module as it fetches it.
      if (line.startsWith("go: downloading ")) progress(`fetching ${line.slice(16)}`);
      else if (/^[\w.-]+(\/[\w.~-]+)*$/.test(line)) progress(`compiled ${++packages}: ${line}`);
      else lines.push(line);
  } catch (error) {
    if (!(error instanceof SubprocessError)) throw error;
    const reason =
      error.exitCode === undefined && error.cause
        ? `building it needs Go ${goVersion(tool)} or newer, which is not on the PATH`
        : `Go could not build it (${lines.slice(-3).join("; ") || `exit code ${error.exitCode}`})`;
    throw new MissingTool(
      `${tool.name} ${version} is not on the PATH, and ${reason}: install Go, or put ${tool.name} ${version} on the PATH`,
    );
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

function goVersion(tool: GoTool): string {
  return /^go (\S+)/m.exec(pinFile(tool, "go.mod"))?.[1] ?? "";
}

function once<T>(compute: () => T): () => T {
  let value: { of: T } | undefined;
  return () => (value ??= { of: compute() }).of;
}
