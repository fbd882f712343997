import path from "node:path";
import { SideProcess } from "../side-process";
import type { LoadConfig } from "./config";
import type { Progress } from "./generator";
import type { LoadReport } from "./report";

/** The generator has given up: more has failed than the drill allows. */
export class LoadAborted extends Error {
  override readonly name = "LoadAborted";
}

/** Load from a generator in a process of its own, until it is stopped. */
export class Load {
  private readonly waiting = new Set<(progress: Progress) => void>();
  private process!: SideProcess<Progress>;

  private constructor() {}

  static async start(config: LoadConfig): Promise<Load> {
    const load = new Load();
    load.process = await SideProcess.start<Progress>(
      "load generator",
      path.join(__dirname, "process.ts"),
      config,
      (progress) => {
        for (const look of [...load.waiting]) look(progress);
      },
    );
    return load;
  }

  get pid(): number {
    return this.process.pid;
  }

  /** Rejects when the process ends by itself. */
  get unexpectedEnd(): Promise<never> {
    return this.process.unexpectedEnd;
  }

  /** How far it is, now. */
  progress(): Promise<Progress> {
    return this.process.call("progress");
  }

  /**
   * Resolves once this many requests have ended that were sent after this call, if all before them
   * have; told every 100 ms.
   *
   * @throws LoadAborted when the generator gives up, Error when its process ends
   */
  async after(requests: number): Promise<Progress> {
    const { arrived } = await this.progress();
    const wanted = new Promise<Progress>((resolve, reject) => {
      const look = (progress: Progress) => {
        if (progress.aborted === undefined && progress.done < arrived + requests) return;
        this.waiting.delete(look);
        if (progress.aborted === undefined) resolve(progress);
        else reject(new LoadAborted(progress.aborted));
      };
      this.waiting.add(look);
    });
    return Promise.race([wanted, this.process.unexpectedEnd]);
  }

  /** Sends nothing more, waits for what is open, ends the process. */
  async stop(): Promise<LoadReport> {
    try {
      return await this.process.call<LoadReport>("stop");
    } finally {
      await this.process.kill();
    }
  }
}
