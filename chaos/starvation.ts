import { readFileSync } from "node:fs";

/** Milliseconds between two looks, and of the stretch that is judged as one. */
const [every, stretch] = [100, 1000];

/** Milliseconds of a stretch: a process that waited longer may have kept users waiting. */
export const starvedAbove = stretch / 2;

/**
 * Watches how long processes wait for a processor, by the kernel's count of the time in which a thread
 * could have run and did not: the second figure of /proc/PID/schedstat. Two platforms share the processors
 * of one machine; a pod that waits for them fails requests in a way that no node of an account would.
 */
export class StarvationWatch {
  private readonly seen = new Map<string, { at: number; total: number }[]>();
  private readonly timer = setInterval(() => this.look(), every);
  private pids: string[] = [];
  private looks = 0;
  private worst = 0;

  /** @param processes asked every second: ids of those that matter then */
  constructor(private readonly processes: () => string[]) {
    this.look();
  }

  /** Ends it. Milliseconds that one of them waited in its worst second. */
  stop(): number {
    clearInterval(this.timer);
    return this.worst;
  }

  private look(): void {
    if (this.looks++ % (stretch / every) === 0) this.pids = this.processes();
    for (const pid of this.pids) {
      const total = waited(pid);
      if (total === undefined) continue;
      const at = performance.now();
      const recent = (this.seen.get(pid) ?? []).filter((look) => look.at >= at - stretch);
      this.seen.set(pid, [...recent, { at, total }]);
      this.worst = Math.max(this.worst, total - (recent[0]?.total ?? total));
    }
  }
}

/** Milliseconds that a process's first thread has waited since it began; undefined once it has ended. */
function waited(pid: string): number | undefined {
  try {
    const [, nanoseconds] = readFileSync(`/proc/${pid}/task/${pid}/schedstat`, "utf8").split(" ");
    return Number(nanoseconds) / 1e6;
  } catch {
    return undefined;
  }
}
