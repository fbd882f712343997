import { RDSClient } from "@aws-sdk/client-rds";
import pWaitFor from "p-wait-for";
import { Database } from "../../images/backend/database";
import { ends, Failure, UsageError } from "../../lib/ends";
import { claim, type Claim } from "../../lib/claim";
import { conclude, report } from "../../lib/report";
import { unlessStopped } from "../../lib/signals";
import { ownLimit, quoted } from "../../policies/budgets/failover";
import { confirm, stopped } from "../procedure";
import type { RecoveryRequest } from "../request";
import {
  managedCluster,
  managedInstance,
  requireReady,
  type ManagedDatabase,
} from "./managed-database";
import { phaseClaims, phasesOf } from "./phases";
import { poolSettings } from "./pool-settings";
import { SidecarMetrics } from "./sidecar-metrics";
import { WriteWatch } from "./write-watch";

const steady = 5; // s of acknowledged writes before anything is started, and at the end
const patience = 600_000; // ms until a failover counts as failed
const lookEvery = 1000; // ms; RDS has to be polled

/**
 * Starts a managed failover of the stack's database, watches writes through the pool meanwhile and
 * prints for how long there were none. Returns the exit code: 0 within AWS's quoted promotion and
 * our own limit, 1 beyond.
 *
 * @throws UsageError when nothing was started.
 */
export async function failOver(request: RecoveryRequest): Promise<number> {
  const { engine, stack, dryRun, json, stop } = request;
  const since = Date.now();
  const settings = poolSettings();
  const sidecar = new SidecarMetrics(settings.host);
  const { databaseIdentifier, databaseTopology: topology, regions } = await engine.outputs();
  const rds = new RDSClient({ region: regions.primary });
  const managed = topology === "cluster" ? managedCluster : managedInstance;
  const database = managed(rds, databaseIdentifier);
  const { seconds, source } = quoted[topology];
  const { writer } = await unlessStopped(stop, requireReady(database));
  const watch = new WriteWatch(new Database(settings));
  try {
    await requireWrites(watch, stop);
    process.stdout.write(
      `RDS will move the writer of ${databaseIdentifier} away from ${writer}: nobody writes for about ${seconds} s.\n`,
    );
    if (dryRun) return ends.done;
    await confirm(stack, stop);
    const claims = await observe(database, writer, watch, seconds, stop);
    const quoted = quotedPromotion(seconds, source);
    const phases = await byPhase(sidecar, watch);
    const result = report("failover", stack, since, [...claims, quoted, ...phases]);
    return conclude(result, json);
  } finally {
    await watch.close();
  }
}

async function requireWrites(watch: WriteWatch, stop: AbortSignal): Promise<void> {
  const end = performance.now() + 3 * steady * 1000;
  const flow = () => {
    if (performance.now() > end)
      throw new UsageError(
        `writes do not go through the pool (${watch.failure}): fix that first; nothing was started`,
      );
    return watch.steady >= steady;
  };
  await unlessStopped(stop, pWaitFor(flow, { interval: 100 }));
}

/** Starts the failover and watches until RDS is done and writes flow again. */
async function observe(
  database: ManagedDatabase,
  writer: string,
  watch: WriteWatch,
  promotionSeconds: number,
  stop: AbortSignal,
): Promise<Claim[]> {
  const before = watch.server;
  watch.restart();
  const started = performance.now();
  const seconds = () => (performance.now() - started) / 1000;
  const say = (line: string) => process.stdout.write(`${seconds().toFixed(1)} s  ${line}\n`);
  await database.failOver().catch((error: Error) => {
    throw new Failure(`RDS refused the failover of ${database.identifier}: ${error.message}`);
  });
  say(`RDS has accepted the failover of ${database.identifier}`);
  const now = await until("RDS reports no new writer", stop, async () => {
    const state = await database.state();
    return state.writer !== writer && state.status === "available" ? state : undefined;
  });
  const reported = seconds();
  say(`RDS reports the writer in ${now.writer}`);
  await until("writes do not flow again", stop, () => Promise.resolve(watch.steady >= steady));
  say(`writes flow, at ${watch.server} (before: ${before})`);
  const injection = `RDS reported the writer in ${writer} before and in ${now.writer} after`;
  return [
    claim({
      id: "failover.gap",
      claim: "longest time without an acknowledged write through the pool",
      value: (watch.gap.to - watch.gap.from) / 1000,
      unit: "s",
      limit: promotionSeconds + ownLimit,
      injection,
    }),
    claim({
      id: "failover.reported",
      claim: "request to RDS reporting the new writer as available",
      value: reported,
      unit: "s",
      limit: patience / 1000,
      injection,
    }),
    claim({
      id: "failover.failed",
      claim: "writes that failed, of 10 a second, without a retry",
      value: watch.failed,
      unit: "",
      limit: (patience / 1000) * 10,
      injection,
    }),
  ];
}

/** The gap by what happened in it, where a sidecar beside the pool has followed the topology. */
async function byPhase(sidecar: SidecarMetrics, watch: WriteWatch): Promise<Claim[]> {
  const steps = await sidecar.steps();
  if (!steps) return [];
  const phases = phasesOf(watch.gap, steps);
  if (phases) return phaseClaims(phases);
  process.stdout.write("The sidecar did not follow this failover: the writer's name decided.\n");
  return [];
}

/** Asks until there is an answer. @throws Failure after {@link patience}. */
async function until<T>(
  failure: string,
  stop: AbortSignal,
  ask: () => Promise<T | undefined | false>,
): Promise<T> {
  // p-wait-for's own time limit leaks a listener with every poll.
  const end = performance.now() + patience;
  const look = async () => {
    const answer = await ask().catch(() => undefined); // RDS throttles; the next poll will tell
    if (answer) return pWaitFor.resolveWith(answer);
    if (performance.now() > end) throw new Failure(`${failure} after ${patience / 1000} s`);
    return false;
  };
  try {
    return (await unlessStopped(stop, pWaitFor(look, { interval: lookEvery }))) as T;
  } catch (error) {
    if (stop.aborted) throw stopped(stop, "RDS goes on with the failover that it has accepted");
    throw error;
  }
}

function quotedPromotion(value: number, source: string): Claim {
  const promotion = claim({
    id: "failover.quoted-promotion",
    claim: "promotion, as AWS quotes it; the gap holds it and what the stack adds",
    value,
    unit: "s",
    limit: value,
  });
  return { ...promotion, kind: "quoted", source };
}
