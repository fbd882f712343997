import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createServer, type AddressInfo } from "node:net";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { bundle } from "../../../../rehearsal/images/bundle";
import { root } from "../../../support/planned";

/** The program as the image has it. */
export const bundled = () => bundle(join(root, "images/backend/main.ts"));

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
