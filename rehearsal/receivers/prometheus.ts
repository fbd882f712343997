import type { ChildProcess } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import pWaitFor from "p-wait-for";
import { start } from "../../lib/processes";
import { tool } from "../../tools";
import { freePorts } from "./free-ports";
import { kill } from "./kill";

/** What a Prometheus is to do. */
export interface PrometheusPlan {
  /** Content of its configuration file, but for `rule_files`. */
  config: object;
  /** Content of its file of rules. */
  rules: string;
  /** Flags beside those of addresses and folders. */
  flags: string[];
}

/** A real Prometheus on the loopback interface. */
export class Prometheus {
  private constructor(
    readonly url: string,
    private readonly process: ChildProcess,
  ) {}

  static async start(folder: string, { config, rules, flags }: PrometheusPlan) {
    const [port] = await freePorts(1);
    const file = (name: string) => join(folder, name);
    // Its past may be there already.
    await mkdir(file("metrics"), { recursive: true });
    await writeFile(file("rules.yaml"), rules);
    const content = { ...config, rule_files: [file("rules.yaml")] };
    await writeFile(file("prometheus.json"), JSON.stringify(content));
    const process = await start(
      await tool("prometheus"),
      [
        `--config.file=${file("prometheus.json")}`,
        `--storage.tsdb.path=${file("metrics")}`,
        `--web.listen-address=127.0.0.1:${port}`,
        ...flags,
      ],
      { stdio: "ignore" },
    );
    return new Prometheus(`http://127.0.0.1:${port}`, process);
  }

  /** Addresses of the Alertmanagers that it sends to. */
  async alertmanagers(): Promise<string[]> {
    const response = await fetch(`${this.url}/api/v1/alertmanagers`);
    const { data } = (await response.json()) as {
      data: { activeAlertmanagers: { url: string }[] };
    };
    return data.activeAlertmanagers.map(({ url }) => new URL(url).origin);
  }

  async ready(): Promise<void> {
    const isReady = async () => {
      if (this.process.exitCode !== null) throw new Error("Prometheus ended at its start");
      return fetch(`${this.url}/-/ready`).then(
        ({ ok }) => ok,
        () => false,
      );
    };
    await pWaitFor(isReady, { interval: 200 });
  }

  kill(): Promise<void> {
    return kill(this.process);
  }
}
