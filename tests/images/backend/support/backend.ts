import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { rmSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { build } from "esbuild";
import { root } from "../../../support/planned";

const bundles = new Map<string, Promise<string>>();

/** The program as the image has it: bundled by the same build. */
export const bundled = () => bundle("images/backend/main.ts");

/** A program of this repository in one file, as the image's build makes it. */
export function bundle(entry: string): Promise<string> {
  const made = bundles.get(entry) ?? makeBundle(entry);
  bundles.set(entry, made);
  return made;
}

async function makeBundle(entry: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "mx-backend-"));
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  const outfile = join(folder, "backend.cjs");
  await build({
    entryPoints: [join(root, entry)],
    outfile,
    bundle: true,
    platform: "node",
    target: "node20",
    loader: { ".sql": "text" },
    external: ["pg-native"],
    logLevel: "error",
  });
  return outfile;
}

/** Runs one of the owner's commands to its end. */
export async function command(
  args: string[],
  env: NodeJS.ProcessEnv,
): Promise<{ code: number; stdout: string }> {
  const child = spawn(process.execPath, [await bundled(), ...args], {
    env,
    stdio: ["ignore", "pipe", "inherit"],
  });
  let stdout = "";
  child.stdout.setEncoding("utf8").on("data", (piece: string) => (stdout += piece));
  const [code] = (await once(child, "close")) as [number];
  return { code, stdout };
}

/** A backend process, as in its pod. */
export class Backend {
  readonly lines: string[] = [];
  private constructor(
    readonly child: ChildProcess,
    readonly port: number,
  ) {}

  /** Starts one and waits until it listens and has loaded its model, or says what is given. */
  static async start(
    env: NodeJS.ProcessEnv,
    program?: string,
    started = '"model loaded"',
  ): Promise<Backend> {
    const port = await freePort();
    const child = spawn(process.execPath, [program ?? (await bundled())], {
      env: { PORT: String(port), ...env },
      stdio: ["ignore", "pipe", "inherit"],
    });
    const backend = new Backend(child, port);
    await new Promise<void>((resolve, reject) => {
      createInterface({ input: child.stdout }).on("line", (line) => {
        backend.lines.push(line);
        if (line.includes(started)) resolve();
      });
      child.once("close", (code) =>
        reject(new Error(`it ended with ${code}: ${backend.lines.join("\n")}`)),
      );
    });
    return backend;
  }

  url(path: string): string {
    return `http://127.0.0.1:${this.port}${path}`;
  }

  /** SIGTERM; resolves with its exit code. */
  async stop(): Promise<number | null> {
    if (this.child.exitCode !== null) return this.child.exitCode;
    const gone = once(this.child, "exit");
    this.child.kill("SIGTERM");
    return (await gone)[0] as number | null;
  }

  /** SIGKILL, for the end of a test. */
  kill(): void {
    this.child.kill("SIGKILL");
  }
}

/** A port that nobody listens on now. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
