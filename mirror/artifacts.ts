import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { copyFile, mkdtemp, rm, utimes } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { Failure } from "../lib/ends";
import { endsWithParent } from "../lib/ends-with-parent";
import { output, start } from "../lib/processes";
import { tool } from "../tools";
import { chartPath, registryPrefix } from "../upstream/upstream";

/** An OCI artifact in a registry. */
export interface Artifact {
  /** Registry and repository. */
  source: string;
  digest: string;
}

/**
 * A registry of this process, on this machine and in memory, in which a chart's archive becomes an
 * OCI artifact. So its digest is known before anything is pushed to where a tag is given once.
 */
export class Artifacts {
  private constructor(
    /** Its address; it wants no login. */
    readonly host: string,
    private readonly folder: string,
    private readonly end: () => Promise<void>,
  ) {}

  static async start(): Promise<Artifacts> {
    const serve = ["registry", "serve", "--address", "127.0.0.1:0"];
    const [command = "", ...args] = endsWithParent(await tool("crane"), serve);
    const child = await start(command, args, { stdio: ["ignore", "ignore", "pipe"] });
    const ended = once(child, "exit");
    // It says its port once, and somebody else reads its output already: listen before anything else.
    const port = portOf(child);
    const end = async () => {
      child.kill();
      await ended;
    };
    const folder = await mkdtemp(path.join(tmpdir(), "mini-xdr-artifacts-"));
    return new Artifacts(`127.0.0.1:${await port}`, folder, end);
  }

  async stop(): Promise<void> {
    await this.end();
    await rm(this.folder, { recursive: true, force: true });
  }

  /** Makes an artifact of an archive called `NAME-VERSION.tgz`: the same archive, the same digest. */
  async chart(archive: string, name: string): Promise<Artifact> {
    const file = path.join(this.folder, path.basename(archive));
    await copyFile(archive, file);
    // Helm writes the file's time into the artifact (pkg/pusher/ocipusher.go).
    await utimes(file, 0, 0);
    const args = ["push", file, `oci://${this.host}/${registryPrefix}charts`, "--plain-http"];
    // It says the digest on standard error.
    await output(await tool("helm"), args, { env: { ...home(this.folder), TZ: "UTC" } });
    const source = `${this.host}/${registryPrefix}${chartPath(name)}`;
    const version = path.basename(archive, ".tgz").slice(name.length + 1);
    const digest = await output(await tool("crane"), ["digest", `${source}:${tagOf(version)}`]);
    return { source, digest };
  }
}

/** The port that crane says it serves on; what it says of requests later is dropped. */
async function portOf({ stderr }: ChildProcess): Promise<string> {
  const lines = createInterface({ input: stderr! });
  const port = await new Promise<string | undefined>((resolve) => {
    lines.on("line", (line) => {
      const said = /serving on port (\d+)/.exec(line)?.[1];
      if (said) resolve(said);
    });
    lines.once("close", () => resolve(undefined));
  });
  if (!port) throw new Failure("crane registry serve ended before it served");
  return port;
}

/** A chart's version as a tag, which knows no plus sign (Helm, "Use OCI-based registries"). */
export function tagOf(version: string): string {
  return version.replaceAll("+", "_");
}

function home(folder: string) {
  return { HELM_CACHE_HOME: folder, HELM_CONFIG_HOME: folder, HELM_DATA_HOME: folder };
}
