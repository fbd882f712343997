import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { open, readFile } from "node:fs/promises";
import path from "node:path";
import { endsWithParent } from "../../lib/ends-with-parent";
import { start } from "../../lib/processes";

/** A program that runs beside this one and never outlives it. */
export class Child {
  private expected = false;
  private readonly gone: Promise<unknown>;

  private constructor(
    readonly name: string,
    private readonly process: ChildProcess,
    private readonly log: string,
  ) {
    this.gone = once(process, "exit");
  }

  /**
   * Starts `executable`; what it prints goes to `NAME.log` in `folder`. On Linux the kernel ends it
   * if this process dies, however that happens.
   */
  static async start(name: string, executable: string, args: string[], folder: string) {
    const log = path.join(folder, `${name}.log`);
    const [command = "", ...rest] = endsWithParent(executable, args);
    const file = await open(log, "a", 0o600);
    try {
      const child = await start(command, rest, {
        cwd: folder,
        // Its own session: Ctrl-C reaches only this process, which stops programs in order.
        detached: true,
        stdio: ["ignore", file.fd, file.fd],
      });
      return new Child(name, child, log);
    } finally {
      await file.close();
    }
  }

  /** Rejects when the program ends without having been told to, with the error from its log. */
  async unexpectedEnd(): Promise<never> {
    await this.gone;
    if (this.expected) return new Promise(() => {});
    throw new Error(`${this.name} ended by itself: ${await this.lastError()}`);
  }

  /** Ends the program at once: nothing here has anything worth saving. */
  async kill(): Promise<void> {
    this.expected = true;
    this.process.kill("SIGKILL");
    await this.gone;
  }

  private async lastError(): Promise<string> {
    const lines = (await readFile(this.log, "utf8").catch(() => "")).trim().split("\n");
    return lines.findLast((line) => /^[EF]\d{4}|error|fatal|panic/i.test(line)) ?? lines.at(-1)!;
  }
}
