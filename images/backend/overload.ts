import type { Limits } from "./settings";

/** What a request is counted as; `free` is never refused. */
export type Lane = "write" | "read" | "free";

/** A phase of the event loop up to so many milliseconds is calm. */
const calm = 25;
/** Without a calm moment for so many milliseconds, what waits is a standing queue, no burst. */
const interval = 500;

/**
 * Decides whether a request is taken or refused at once, so that those taken stay quick.
 *
 * Two signs of overload count. Too many writes, or reads, are in work: the database is the limit.
 * Or the event loop, in the phase in which it takes in what arrived, has been at it for too long:
 * whatever comes later in this phase has waited as long already, and the processor is the limit. A
 * burst may take longer than a standing queue, which only makes everybody wait (as CoDel has it).
 */
export class Admission {
  private readonly working = { write: 0, read: 0, free: 0 };
  private phaseStarted: number | undefined;
  private phaseEnded = -Infinity;
  private lastCalm = -Infinity;

  constructor(
    private readonly limits: Pick<Limits, "writes" | "reads" | "burst">,
    private readonly now: () => number = () => performance.now(),
    private readonly atPhasesEnd: (call: () => void) => void = setImmediate,
  ) {}

  /** Why a new request of this lane is refused; undefined when it is taken. */
  refuses(lane: Lane): "busy" | "late" | undefined {
    if (lane === "free") return undefined;
    const limit = lane === "write" ? this.limits.writes : this.limits.reads;
    if (this.working[lane] >= limit) return "busy";
    const now = this.now();
    this.phaseStarted ??= this.beginPhase(now);
    const longest = now - this.lastCalm > interval ? calm : this.limits.burst;
    return now - this.phaseStarted > longest ? "late" : undefined;
  }

  private beginPhase(started: number): number {
    // The loop had nothing to do in between.
    if (started - this.phaseEnded > calm) this.lastCalm = started;
    // setImmediate runs right after the phase that takes in what the sockets hold.
    this.atPhasesEnd(() => {
      this.phaseStarted = undefined;
      this.phaseEnded = this.now();
      if (this.phaseEnded - started <= calm) this.lastCalm = this.phaseEnded;
    });
    return started;
  }

  /** Counts a request from when all of it is here, so that a slow sender holds no place. */
  enter(lane: Lane): boolean {
    const limit = lane === "write" ? this.limits.writes : this.limits.reads;
    if (lane !== "free" && this.working[lane] >= limit) return false;
    this.working[lane]++;
    return true;
  }

  leave(lane: Lane): void {
    this.working[lane]--;
  }
}

/** The lane of a request, from its method and path. */
export function laneOf(method: string | undefined, path: string): Lane {
  if (!path.startsWith("/api/") || path.startsWith("/api/state")) return "free";
  // A stream lasts; it has a limit of its own.
  if (path.startsWith("/api/incidents/stream")) return "free";
  return method === "GET" || method === "HEAD" ? "read" : "write";
}
