import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { Failure, UsageError } from "../lib/ends";
import { start } from "../lib/processes";
import { tool } from "../tools";

/** A real Prometheus over a copy of data that another one has left. It scrapes nothing. */
export class KeptPrometheus {
  private constructor(
    private readonly folder: string,
    private readonly process: ChildProcess,
    /** Its address, without a slash at the end. */
    readonly url: string,
    /** Its data's last moment, in seconds since 1970. */
    readonly until: number,
  ) {}

  /**
   * @param data what `rehearse:alerts --keep` has kept: Prometheus' own folder, which stays as it is
   * @throws UsageError when it is none
   * @throws Failure when Prometheus does not start on it
   */
  static async over(data: string): Promise<KeptPrometheus> {
    const found = await readdir(data).catch(() => [] as string[]);
    if (!found.includes("wal"))
      throw new UsageError(`--data: ${data} has no data of a Prometheus: no wal is in it`);
    const folder = await mkdtemp(join(tmpdir(), "mini-xdr-kept-"));
    try {
      await cp(data, join(folder, "data"), { recursive: true });
      const config = join(folder, "prometheus.yaml");
      // As in the chart; panels' steps follow from it.
      await writeFile(config, "global: { scrape_interval: 30s }\n");
      const args = [
        `--config.file=${config}`,
        `--storage.tsdb.path=${join(folder, "data")}`,
        "--storage.tsdb.retention.time=10y",
        "--web.listen-address=127.0.0.1:0",
      ];
      const stdio = ["ignore", "ignore", "pipe"] as const;
      const process = await start(await tool("prometheus"), args, { stdio: [...stdio] });
      const url = await addressOf(process);
      const until = Math.max(await endOfHead(url), ...(await endsOfBlocks(data)));
      return new KeptPrometheus(folder, process, url, Math.floor(until / 1000));
    } catch (error) {
      await rm(folder, { recursive: true, force: true });
      throw error;
    }
  }

  /** Ends it, and removes the copy. */
  async stop(): Promise<void> {
    const ended = once(this.process, "exit");
    this.process.kill("SIGKILL");
    await ended;
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** Where it listens, once its data is read; it says both. @throws Failure when it ends before */
async function addressOf(process: ChildProcess): Promise<string> {
  const lines: string[] = [];
  let address: string | undefined;
  for await (const line of createInterface({ input: process.stderr! })) {
    lines.push(line);
    address ??= /msg="Listening on".* address=(\S+)/.exec(line)?.[1];
    if (!address || !line.includes("Server is ready to receive web requests")) continue;
    process.stderr!.resume(); // what it says from now on is nobody's
    return `http://${address}`;
  }
  throw new Failure(`Prometheus does not start on the kept data: ${lines.at(-1) ?? "silently"}`);
}

/** Last moment, in ms, of what is not in a block yet. */
async function endOfHead(url: string): Promise<number> {
  const response = await fetch(`${url}/api/v1/status/tsdb`);
  const { data } = (await response.json()) as { data: { headStats: { maxTime: number } } };
  return data.headStats.maxTime;
}

async function endsOfBlocks(data: string): Promise<number[]> {
  const blocks = (await readdir(data)).filter((name) => /^[0-9A-Z]{26}$/.test(name));
  const read = async (block: string) => {
    const meta = await readFile(join(data, block, "meta.json"), "utf8");
    return (JSON.parse(meta) as { maxTime: number }).maxTime;
  };
  return Promise.all(blocks.map(read));
}
