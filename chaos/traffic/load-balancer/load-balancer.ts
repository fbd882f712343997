import path from "node:path";
import { SideProcess } from "../side-process";
import type { BalancerConfig } from "./balancer";
import type { TargetChange, TargetState } from "./target-group";

/**
 * A stand-in for the AWS Application Load Balancer with the planned listener and target groups, in
 * a process of its own. `balancer.ts` says what it leaves out.
 */
export class LoadBalancer {
  /** Every change of every target so far, in order. */
  readonly changes: TargetChange[] = [];
  private readonly states = new Map<string, Map<string, TargetState>>();
  private readonly waiting = new Set<() => void>();
  private process!: SideProcess<TargetChange>;

  private constructor(
    /** Where it listens, without a slash at the end. */
    readonly url: string = "",
  ) {}

  /** @throws Error when it cannot listen there. */
  static async start(config: BalancerConfig): Promise<LoadBalancer> {
    const file = path.join(__dirname, "process.ts");
    const heard: { by?: LoadBalancer } = {};
    const process = await SideProcess.start<TargetChange>("load balancer", file, config, (change) =>
      heard.by?.hear(change),
    );
    const port = await process.call<number>("port");
    heard.by = new LoadBalancer(`http://${config.listen.host}:${port}`);
    heard.by.process = process;
    return heard.by;
  }

  get pid(): number {
    return this.process.pid;
  }

  /** Rejects when the process ends by itself. */
  get unexpectedEnd(): Promise<never> {
    return this.process.unexpectedEnd;
  }

  /** Adds a target to a group, by the group's name. */
  async register(group: string, ip: string, port: number): Promise<void> {
    await this.process.call("register", group, ip, port);
  }

  /** Takes a target out; its open requests have the deregistration delay to end. */
  async deregister(group: string, ip: string, port: number): Promise<void> {
    await this.process.call("deregister", group, ip, port);
  }

  /** The states of a group's targets by `IP:PORT`, without those that are unused. */
  targets(group: string): ReadonlyMap<string, TargetState> {
    return this.states.get(group) ?? new Map();
  }

  /** Resolves once a group's targets are as wanted. @throws Error after `seconds`, with their states */
  async until(
    group: string,
    fits: (targets: ReadonlyMap<string, TargetState>) => boolean,
    seconds: number,
  ): Promise<void> {
    if (fits(this.targets(group))) return;
    await new Promise<void>((resolve, reject) => {
      const look = () => {
        if (fits(this.targets(group))) end(resolve);
      };
      const end = (settle: () => void) => {
        this.waiting.delete(look);
        clearTimeout(timer);
        settle();
      };
      const timer = setTimeout(() => {
        const states = JSON.stringify(Object.fromEntries(this.targets(group)));
        end(() => reject(new Error(`after ${seconds} s the targets of ${group} are ${states}`)));
      }, seconds * 1000);
      this.waiting.add(look);
    });
  }

  /** Seconds of processor time that it has used so far. */
  cpuSeconds(): Promise<number> {
    return this.process.call("cpuSeconds");
  }

  /** Ends it; every connection is cut, and the access log is complete. */
  async stop(): Promise<void> {
    await this.process.call("close").catch(() => {}); // one that is gone has nothing to close
    await this.process.kill();
  }

  private hear(change: TargetChange): void {
    this.changes.push(change);
    const states = this.states.get(change.group) ?? new Map<string, TargetState>();
    this.states.set(change.group, states);
    // An address may have come back while its former self was draining.
    if (change.state !== "unused") states.set(change.target, change.state);
    else if (states.get(change.target) === "draining") states.delete(change.target);
    for (const look of [...this.waiting]) look();
  }
}
