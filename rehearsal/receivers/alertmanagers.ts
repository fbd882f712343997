import type { ChildProcess } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import pWaitFor from "p-wait-for";
import { start } from "../../lib/processes";
import { tool } from "../../tools";
import { freePorts } from "./free-ports";
import { kill } from "./kill";

/** An alert as Prometheus posts it. */
export interface PostedAlert {
  labels: Record<string, string>;
  annotations?: Record<string, string>;
  /** RFC 3339; until then it is believed without being posted again. */
  endsAt?: string;
}

/** An alert as the API shows it. */
export interface SeenAlert extends PostedAlert {
  updatedAt: string;
  endsAt: string;
  status: { state: "active" | "suppressed" | "unprocessed"; inhibitedBy: string[] };
}

/** What the plan says of Alertmanager, and what a test replaces in it. */
export interface AlertmanagerPlan {
  /** The configuration as it is planned, but for addresses. */
  config: unknown;
  /** Flags that the plan adds to the operator's. */
  flags: string[];
}

/**
 * Real Alertmanagers on the loopback interface, clustered by the flags that the operator gives them.
 * Each has its own folder; they find each other by their addresses, in a cluster by DNS names.
 */
export class Alertmanagers {
  private constructor(readonly members: Alertmanager[]) {}

  /** Starts them, and waits until each has found all others and their gossip has settled. */
  static async start(folder: string, count: number, plan: AlertmanagerPlan) {
    const file = join(folder, "alertmanager.json");
    await writeFile(file, JSON.stringify(plan.config));
    const ports = await freePorts(2 * count);
    const peers = ports.slice(count).map((port) => `127.0.0.1:${port}`);
    const members: Alertmanager[] = [];
    const all = new Alertmanagers(members);
    try {
      for (const [index, peer] of peers.entries()) {
        const storage = join(folder, `alertmanager-${index}`);
        await mkdir(storage);
        const url = `http://127.0.0.1:${ports[index]}`;
        const flags = [
          `--config.file=${file}`,
          `--storage.path=${storage}`,
          `--web.listen-address=${new URL(url).host}`,
          `--cluster.listen-address=${peer}`,
          `--cluster.advertise-address=${peer}`,
          ...peers.map((other) => `--cluster.peer=${other}`),
          "--cluster.reconnect-timeout=5m",
          ...plan.flags,
        ];
        members.push(await Alertmanager.start(url, flags));
      }
      await Promise.all(members.map((member) => member.settled(count)));
    } catch (error) {
      await all.stop();
      throw error;
    }
    return all;
  }

  /** Posts alerts to every one that lives, as Prometheus does: they do not tell each other. */
  async post(alerts: PostedAlert[]): Promise<void> {
    await Promise.all(this.members.map((member) => member.post(alerts)));
  }

  /** Kills the one that sends first and takes it from the list; the others wait for it. */
  async killFirst(): Promise<void> {
    const names = await Promise.all(this.members.map((member) => member.name()));
    // Alertmanager orders peers by their names.
    const [first] = [...names].sort();
    const [victim] = this.members.splice(names.indexOf(first!), 1);
    await victim!.kill();
  }

  async stop(): Promise<void> {
    await Promise.all(this.members.map((member) => member.kill()));
  }
}

interface Status {
  cluster: { name: string; status: string; peers: unknown[] };
}

export class Alertmanager {
  private constructor(
    readonly url: string,
    private readonly process: ChildProcess,
  ) {}

  static async start(url: string, flags: string[]): Promise<Alertmanager> {
    const file = await tool("alertmanager");
    return new Alertmanager(url, await start(file, flags, { stdio: "ignore" }));
  }

  async post(alerts: PostedAlert[]): Promise<void> {
    const headers = { "content-type": "application/json" };
    const body = JSON.stringify(alerts);
    const response = await fetch(`${this.url}/api/v2/alerts`, { method: "POST", headers, body });
    if (!response.ok) throw new Error(`alerts were refused: ${await response.text()}`);
  }

  /** What it knows, suppressed ones too. */
  alerts(): Promise<SeenAlert[]> {
    return this.get<SeenAlert[]>("alerts");
  }

  /** Name under which its peers know it. */
  async name(): Promise<string> {
    return (await this.get<Status>("status")).cluster.name;
  }

  async settled(peers: number): Promise<void> {
    const isSettled = async () => {
      if (this.process.exitCode !== null) throw new Error("an Alertmanager ended at its start");
      const status = await this.get<Status>("status").catch(() => undefined);
      return status?.cluster.status === "ready" && status.cluster.peers.length === peers;
    };
    await pWaitFor(isSettled, { interval: 200 });
  }

  kill(): Promise<void> {
    return kill(this.process);
  }

  private async get<T>(path: string): Promise<T> {
    return (await (await fetch(`${this.url}/api/v2/${path}`)).json()) as T;
  }
}
