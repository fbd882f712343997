import { existsSync, writeFileSync } from "node:fs";
import path from "node:path";
import pWaitFor from "p-wait-for";
import { drills } from "./drills";
import type { ChaosDrill } from "./drill";

/**
 * Two lanes, each a sandbox with a platform of its own, side by side: most of a drill's time is waiting,
 * for rollouts above all. Drills whose controls share a variant follow each other in one lane, and
 * rollback follows rolling-update. The second platform comes up once the first is, whose time is a claim.
 */
const lanes = [
  ["rolling-update", "rollback", "pod-kill", "pod-deletion", "node-drain", "slow-client"],
  [
    "memory-pressure",
    "cache-loss",
    "slow-database",
    "database-partition",
    "writer-failover",
    "dns-failure",
    "node-power",
    "zone-loss",
    "backup-jobs",
  ],
];

/** What measures a capacity has the machine to itself: it runs once every other lane is over. */
const alone = ["overload"];

/** The chosen drills by lane, without empty ones. Those that run alone come last in the last lane. */
export function lanesOf(chosen: string[]): string[][] {
  const wanted = (names: string[]) => names.filter((name) => chosen.includes(name));
  const found = lanes.map(wanted).filter((lane) => lane.length > 0);
  const last = found.pop() ?? [];
  return [...found, [...last, ...wanted(alone)]];
}

/** Whether a drill has the machine to itself. */
export function runsAlone({ name }: ChaosDrill): boolean {
  return alone.includes(name);
}

/** The drill of that name. @throws Error when there is none */
export function drillOf(name: string): ChaosDrill {
  const found = drills.find((drill) => drill.name === name);
  if (!found) throw new Error(`no drill ${name}`);
  return found;
}

/** How far lanes are, in a folder that all of them see: their sandboxes share nothing else. */
export class Progress {
  constructor(
    private readonly folder: string,
    private readonly count: number,
  ) {}

  /** A lane's report, once it is over. */
  report(lane: number): string {
    return path.join(this.folder, `${lane}.json`);
  }

  /** Tells the others that a lane's platform is up. */
  up(lane: number): void {
    writeFileSync(this.mark(lane), "");
  }

  /** Resolves once the platforms of all lanes before this one are up. */
  async untilUp(lane: number): Promise<void> {
    await this.until(
      this.others(lane)
        .filter((other) => other < lane)
        .map((other) => this.mark(other)),
    );
  }

  /** Resolves once all other lanes are over. */
  async untilAlone(lane: number): Promise<void> {
    await this.until(this.others(lane).map((other) => this.report(other)));
  }

  private others(lane: number): number[] {
    return Array.from({ length: this.count }, (_, index) => index).filter(
      (other) => other !== lane,
    );
  }

  private mark(lane: number): string {
    return path.join(this.folder, `${lane}.up`);
  }

  private async until(files: string[]): Promise<void> {
    await pWaitFor(() => files.every((file) => existsSync(file)), { interval: 200 });
  }
}
