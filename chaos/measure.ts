import type { RequestKind } from "./traffic/load/config";
import { Load } from "./traffic/load/load";
import type { LoadReport } from "./traffic/load/report";
import type { Write } from "./traffic/ledger";
import type { Bed } from "./bed";
import type { Edge } from "./edge";
import { servingProcesses } from "./pods";
import { StarvationWatch } from "./starvation";

const modes = ["new", "keep-alive"] as const;
export type Mode = (typeof modes)[number];

/** Requests of each mode before the fault, in which nothing may be found. */
const shamRequests = 200;

/**
 * Requests a second of each mode. Two platforms serve 400 on two cores, between them and with nothing
 * else to do; nodes that start, pods that start and a fault's end want their share.
 */
const usualRate = 36;

/** Requests a second of the load beside it. */
const besideRate = 20;

/** A fault under load. */
export interface Experiment {
  kinds: RequestKind[];
  /** Requests a second of each mode. Default {@link usualRate}. */
  rate?: number;
  /** By default both: new connections and kept ones. */
  modes?: readonly Mode[];
  /** Requests of each mode that the fault and its end have to see at least. Default 1250. */
  requests?: number;
  /** Gives up when more than this share of the latest requests has failed. Default never. */
  abortShare?: number;
  /**
   * Another load balancer in front of the same targets. It gets a thinner load of new connections at
   * the same time, so that the same fault shows what it makes of it.
   */
  beside?: Edge;
  /**
   * Injects the fault, waits for what it does and undoes it. Returns how it was proved, for the
   * claims; throws when it was not.
   */
  fault: (running: Running) => Promise<string>;
}

/** The load while a fault lasts. */
export interface Running {
  /** Resolves when each mode has had this many more requests answered. */
  after(requests: number): Promise<void>;
}

/** What an experiment has shown. */
export interface Result {
  injection: string;
  reports: Record<Mode, LoadReport | undefined>;
  /** Both modes. */
  requests: number;
  failed: number;
  rescued: number;
  /** When the fault began, in ms since the epoch. */
  injected: number;
  /** Failures before the fault: the sham run's. */
  failedBefore: number;
  /** Longest time in seconds from the first to the last failure, of either mode. */
  errorWindow: number;
  writes: Write[];
  /** The load by way of {@link Experiment.beside}. */
  beside?: Result;
}

/** Runs load, first with nothing injected, then with the fault. Whether to believe it `bed.runs` tells. */
export async function measure(bed: Bed, experiment: Experiment): Promise<Result> {
  const watch = new StarvationWatch(() => servingProcesses(bed.platform));
  let result: Result | undefined;
  try {
    return (result = await underLoad(bed, experiment));
  } finally {
    bed.runs.push({ void: result && lagged(result), waited: watch.stop() });
  }
}

/** Why a run says nothing, by its generators. */
function lagged({ reports, beside }: Result): string | undefined {
  return [...Object.values(reports), beside?.reports.new].find((report) => report?.void)?.void;
}

async function underLoad({ edge }: Bed, experiment: Experiment): Promise<Result> {
  const { kinds, rate = usualRate, abortShare, requests = 1250, beside, fault } = experiment;
  const start = (connections: Mode, url: string, every: number) =>
    Load.start({ url, rate: every, connections, kinds, abortShare });
  const chosen = experiment.modes ?? modes;
  const loads = await Promise.all(chosen.map((mode) => start(mode, edge.balancer.url, rate)));
  const other = beside && (await start("new", beside.balancer.url, besideRate));
  const after = async (count: number) => {
    await Promise.all(loads.map((load) => load.after(count)));
  };
  const stopAll = () => Promise.all(loads.map((load) => load.stop()));
  let injection: string;
  let injected: number;
  try {
    await after(shamRequests);
    injected = Date.now();
    const enough = after(requests);
    enough.catch(() => {}); // the fault's own failure comes first
    injection = await fault({ after });
    await enough;
  } catch (error) {
    await Promise.all([stopAll(), other?.stop()]);
    throw error;
  }
  const [found, aside] = await Promise.all([stopAll(), other?.stop()]);
  const reports = Object.fromEntries(chosen.map((mode, index) => [mode, found[index]]));
  const seen = { injection, injected };
  return {
    ...resultOf(reports as Result["reports"], seen),
    beside: aside && resultOf({ new: aside, "keep-alive": undefined }, seen),
  };
}

function resultOf(
  reports: Result["reports"],
  { injection, injected }: Pick<Result, "injection" | "injected">,
): Result {
  const found = Object.values(reports).filter((report) => report !== undefined);
  const sum = (of: (report: LoadReport) => number) =>
    found.reduce((all, report) => all + of(report), 0);
  return {
    injection,
    reports,
    injected,
    requests: sum(({ total }) => total.requests),
    failed: sum(({ total }) => total.failed),
    rescued: sum(({ total }) => total.rescued),
    failedBefore: sum((report) => failuresBefore(report, injected)),
    errorWindow: Math.max(
      ...found.map(({ failures }) => (failures?.windowMilliseconds ?? 0) / 1000),
    ),
    writes: found.flatMap(({ writes }) => writes),
  };
}

function failuresBefore({ timeline, started }: LoadReport, moment: number): number {
  const slots = Math.floor((moment - started) / 100);
  return timeline.slice(0, slots).reduce((sum, { failed }) => sum + failed, 0);
}
