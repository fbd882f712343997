import type { RequestKind } from "./traffic/load/config";
import { Load } from "./traffic/load/load";
import type { LoadReport } from "./traffic/load/report";
import type { Write } from "./traffic/ledger";
import type { Bed } from "./bed";

const modes = ["new", "keep-alive"] as const;
export type Mode = (typeof modes)[number];

/** Requests of each mode before the fault, in which nothing may be found. */
const shamRequests = 200;

/** A fault under load. */
export interface Experiment {
  kinds: RequestKind[];
  /** Requests a second of each mode. Default 60. */
  rate?: number;
  /** By default both: new connections and kept ones. */
  modes?: readonly Mode[];
  /** Requests of each mode that the fault and its end have to see at least. Default 1250. */
  requests?: number;
  /** Gives up when more than this share of the latest requests has failed. Default never. */
  abortShare?: number;
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
}

/**
 * Runs load, first with nothing injected, then with the fault. A run whose generator lagged says
 * nothing, and is repeated once.
 *
 * @throws Error when both runs are void.
 */
export async function measure(bed: Bed, experiment: Experiment): Promise<Result> {
  const first = await attempt(bed, experiment);
  const lagged = (result: Result) =>
    Object.values(result.reports).find((report) => report?.void)?.void;
  if (!lagged(first)) return first;
  const second = await attempt(bed, experiment);
  const reason = lagged(second);
  if (reason) throw new Error(`two runs are void: ${reason}`);
  return second;
}

async function attempt({ edge }: Bed, experiment: Experiment): Promise<Result> {
  const { kinds, rate = 60, abortShare, requests = 1250, fault } = experiment;
  const loads = await Promise.all(
    (experiment.modes ?? modes).map(async (connections) => ({
      connections,
      load: await Load.start({ url: edge.balancer.url, rate, connections, kinds, abortShare }),
    })),
  );
  const after = async (count: number) => {
    await Promise.all(loads.map(({ load }) => load.after(count)));
  };
  const stopAll = () => Promise.all(loads.map(({ load }) => load.stop()));
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
    await stopAll();
    throw error;
  }
  const found = await stopAll();
  const reports = Object.fromEntries(
    loads.map(({ connections }, index) => [connections, found[index]]),
  ) as Result["reports"];
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
