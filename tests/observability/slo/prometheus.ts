import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { dump } from "js-yaml";
import pWaitFor from "p-wait-for";
import { LocalServer } from "../../../lib/http-server";
import { output } from "../../../lib/processes";
import type { RuleGroup } from "../../../observability/rule";
import { Child } from "../../../rehearsal/control-plane/child";
import { tool } from "../../../tools";
import { rulesFile } from "./promtool";

export interface Settings {
  /** Its past, in OpenMetrics, read into blocks before it starts. */
  past: string;
  rules: RuleGroup[];
  /** Jobs by name, with the path that each scrapes of the exporter. */
  jobs: Record<string, string>;
  /** Host and port of the exporter. */
  target: string;
  scrapeSeconds: number;
  /** How long a value stays valid, seconds. */
  lookbackSeconds: number;
}

/** A real Prometheus that scrapes and evaluates by the wall clock. */
export class Prometheus {
  private constructor(
    readonly folder: string,
    private readonly child: Child,
    /** Its address, without a slash at the end. */
    readonly url: string,
  ) {}

  static async start(settings: Settings): Promise<Prometheus> {
    const folder = await mkdtemp(join(tmpdir(), "mini-xdr-prometheus-"));
    const data = join(folder, "data");
    await mkdir(data);
    const past = join(folder, "past.txt");
    await writeFile(past, settings.past);
    const blocks = ["tsdb", "create-blocks-from", "openmetrics", "--quiet", past, data];
    await output(await tool("promtool"), blocks);
    await writeFile(join(folder, "rules.yaml"), rulesFile(settings.rules));
    const config = join(folder, "prometheus.yaml");
    await writeFile(config, dump(configuration(settings)));
    const address = await freeAddress();
    const args = [
      `--config.file=${config}`,
      `--storage.tsdb.path=${data}`,
      `--web.listen-address=${address}`,
      `--query.lookback-delta=${settings.lookbackSeconds}s`,
    ];
    const child = await Child.start("prometheus", await tool("prometheus"), args, folder);
    const prometheus = new Prometheus(folder, child, `http://${address}`);
    const ready = () =>
      fetch(`http://${address}/-/ready`).then(
        ({ ok }) => ok,
        () => false,
      );
    await Promise.race([pWaitFor(ready, { interval: 50 }), child.unexpectedEnd()]);
    return prometheus;
  }

  /** Times in seconds of a selector's values of the last so many seconds, by a label's value. */
  async times(selector: string, seconds: number, label: string): Promise<Map<string, number[]>> {
    const query = new URLSearchParams({ query: `${selector}[${seconds}s]` });
    const answer = await fetch(`${this.url}/api/v1/query?${query}`);
    const { data } = (await answer.json()) as { data: { result: Result[] } };
    return new Map(
      data.result.map(({ metric, values }) => [metric[label]!, values.map(([time]) => time)]),
    );
  }

  async stop(): Promise<void> {
    await this.child.kill();
    await rm(this.folder, { recursive: true });
  }
}

interface Result {
  metric: Record<string, string>;
  values: [time: number, value: string][];
}

function configuration({ jobs, target, scrapeSeconds }: Settings): object {
  return {
    global: { scrape_interval: `${scrapeSeconds}s`, scrape_timeout: `${scrapeSeconds}s` },
    rule_files: ["rules.yaml"],
    scrape_configs: Object.entries(jobs).map(([job_name, metrics_path]) => ({
      job_name,
      metrics_path,
      static_configs: [{ targets: [target] }],
    })),
  };
}

/** A free address of the loopback interface, for a program that takes one. */
export async function freeAddress(): Promise<string> {
  const server = await LocalServer.start(() => {});
  await server.stop();
  return new URL(server.url).host;
}
