import { percentile } from "../../../rehearsal/database/percentile";
import type { Write } from "../ledger";

/** Milliseconds by which an arrival may be late; more is the generator's lag, not the service's. */
export const lateAfter = 10;

/** Share of late arrivals above which a run says nothing about the service. */
export const voidAbove = 0.01;

/** One arrival, settled. Times in milliseconds since the epoch. */
export interface Arrival {
  kind: string;
  /** When it was to be sent; latency counts from here, and so does every other time of a report. */
  intended: number;
  /** Absent when it was not sent. */
  sent?: number;
  ended: number;
  /** The last answer's status, or how it failed: `reset`, …, `unsent`. */
  outcome: string;
  ok: boolean;
  tries: number;
  write?: Write;
}

/** Requests of one kind. Latency in milliseconds from the intended time, of those that were ok. */
export interface KindReport {
  requests: number;
  ok: number;
  failed: number;
  /** How often each status or failure was the last word. */
  outcomes: Record<string, number>;
  /** Requests that were ok by their second try only. */
  rescued: number;
  latency: { p50: number; p95: number; p99: number; max: number };
  /** Milliseconds of the one that took longest, whatever became of it. */
  slowest: number;
}

/** Failed arrivals one after the other, by intended time. */
export interface FailureRun {
  requests: number;
  from: number;
  to: number;
}

/** What a run has shown. Times in milliseconds since the epoch. */
export interface LoadReport {
  started: number;
  /** Seconds in which requests arrived. */
  seconds: number;
  /** Why the run is worth nothing: the generator itself lagged. */
  void?: string;
  /** Why the generator gave up. */
  aborted?: string;
  lag: { late: number; share: number; worst: number };
  total: KindReport;
  kinds: Record<string, KindReport>;
  /** Intended times of the first and the last failure; the error window lies between them. */
  failures?: { first: number; last: number; windowMilliseconds: number };
  /** The longest run of failures without any success between. */
  longestRun?: FailureRun;
  /** By 100 ms of intended time, from `started`. */
  timeline: { ok: number; failed: number }[];
  writes: Write[];
  /** Seconds of processor time of the generator. */
  cpuSeconds: number;
}

/** Sums up a run; the arrivals may be in any order. */
export function reportOf(
  arrivals: Arrival[],
  run: Pick<LoadReport, "started" | "seconds" | "aborted" | "cpuSeconds">,
): LoadReport {
  const ordered = arrivals.toSorted((a, b) => a.intended - b.intended);
  const kinds = [...new Set(ordered.map(({ kind }) => kind))];
  const lag = lagOf(ordered);
  return {
    ...run,
    void: lag.share > voidAbove ? voided(lag) : undefined,
    lag,
    total: kindReport(ordered),
    kinds: Object.fromEntries(
      kinds.map((name) => [name, kindReport(ordered.filter(({ kind }) => kind === name))]),
    ),
    failures: failuresOf(ordered),
    longestRun: longestRun(ordered),
    timeline: timeline(ordered, run.started),
    writes: ordered.flatMap(({ write }) => write ?? []),
  };
}

function lagOf(arrivals: Arrival[]): LoadReport["lag"] {
  const lags = arrivals.map(({ intended, sent, ended }) => (sent ?? ended) - intended);
  const late = lags.filter((lag) => lag > lateAfter).length;
  const worst = lags.reduce((most, lag) => Math.max(most, lag), 0);
  return { late, share: arrivals.length > 0 ? late / arrivals.length : 0, worst };
}

function voided({ late, share, worst }: LoadReport["lag"]): string {
  const percent = (share * 100).toFixed(1);
  return `the generator sent ${late} requests (${percent} %) more than ${lateAfter} ms late, the worst by ${Math.round(worst)} ms`;
}

function kindReport(arrivals: Arrival[]): KindReport {
  const ok = arrivals.filter((arrival) => arrival.ok);
  const latencies = ok.map(({ intended, ended }) => ended - intended);
  const outcomes: Record<string, number> = {};
  for (const { outcome } of arrivals) outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
  return {
    requests: arrivals.length,
    ok: ok.length,
    failed: arrivals.length - ok.length,
    outcomes,
    rescued: ok.filter(({ tries }) => tries > 1).length,
    latency: {
      p50: percentile(latencies, 0.5),
      p95: percentile(latencies, 0.95),
      p99: percentile(latencies, 0.99),
      max: percentile(latencies, 1),
    },
    slowest: arrivals.reduce((most, { intended, ended }) => Math.max(most, ended - intended), 0),
  };
}

function failuresOf(arrivals: Arrival[]): LoadReport["failures"] {
  const failed = arrivals.filter(({ ok }) => !ok);
  if (failed.length === 0) return undefined;
  const [first, last] = [failed[0]!.intended, failed.at(-1)!.intended];
  return { first, last, windowMilliseconds: last - first };
}

function longestRun(arrivals: Arrival[]): FailureRun | undefined {
  let longest: FailureRun | undefined;
  let run: FailureRun | undefined;
  for (const { ok, intended } of arrivals) {
    if (ok) run = undefined;
    else run = { requests: (run?.requests ?? 0) + 1, from: run?.from ?? intended, to: intended };
    if (run && run.requests > (longest?.requests ?? 0)) longest = run;
  }
  return longest;
}

function timeline(arrivals: Arrival[], started: number): LoadReport["timeline"] {
  const line: LoadReport["timeline"] = [];
  for (const { intended, ok } of arrivals) {
    const slot = Math.floor((intended - started) / 100);
    while (line.length <= slot) line.push({ ok: 0, failed: 0 });
    line[slot]![ok ? "ok" : "failed"]++;
  }
  return line;
}
