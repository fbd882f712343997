import { setMaxListeners } from "node:events";
import type { Drill, Say } from "../drill";
import type { Plan } from "../../plan/plan";
import { UsageError } from "../../lib/ends";
import { objectsOf, zonesOf } from "../../plan/releases";
import { Cluster } from "./cluster";
import { drills, lanesOn } from "./drills";
import type { Charts } from "./charts";
import type { Site } from "./site";
import { claim, skipped, type Claim } from "../../lib/claim";
import type { View } from "../../lib/progress";

/** Zones that the stack has to have; with fewer there is nothing to prove. */
const fewestZones = 3;

/** @throws UsageError when a plan has too few zones, or objects that cannot be applied */
export function checkPlan(plan: Plan): void {
  const zones = zonesOf(plan);
  if (zones.length < fewestZones)
    throw new UsageError(
      `plan: ${zones.length} zones (${zones.join(", ")}): ${fewestZones} are needed`,
    );
  objectsOf(plan);
}

/** How a rehearsal runs. */
export interface Rehearsal {
  plan: Plan;
  charts: Charts;
  site: Site;
  /** Drills to run, by name; all of them when empty. */
  chosen: string[];
  view: View;
  signal: AbortSignal;
  /** Whether the first lane's cluster stays up. */
  keep: boolean;
}

/** What came of it. */
export interface Outcome {
  /** In the order of the drills. */
  claims: Claim[];
  /** The cluster that stays up, for the caller to stop. */
  kept?: Cluster;
}

/**
 * Runs the drills in their lanes. Rejects, with nothing left running, when it cannot go on.
 */
export async function rehearse(rehearsal: Rehearsal): Promise<Outcome> {
  const { plan, charts, site, chosen, view, signal } = rehearsal;
  const wanted = ({ name }: Drill<Cluster>) => chosen.length === 0 || chosen.includes(name);
  const used = lanesOn(site.kind)
    .map((lane) => lane.filter(wanted))
    .filter((lane) => lane.length > 0);
  // One lane's failure ends the others, so that nothing outlives the answer.
  const stop = new AbortController();
  const either = AbortSignal.any([signal, stop.signal]);
  // Every program that runs listens to it.
  setMaxListeners(0, either);
  const running = used.map((lane, index) => {
    const keep = rehearsal.keep && index === 0;
    const bringingUp = view.add(`Control plane ${index + 1}`);
    const tasks = lane.map((drill) => ({ drill, task: view.add(drill.title) }));
    const start = (say: Say) => Cluster.start(site, plan, charts.releases, either, say);
    const cluster = view.run(bringingUp, start);
    return runLane(cluster, tasks, { view, signal: either, keep }).catch((error: unknown) => {
      stop.abort(error);
      throw error;
    });
  });
  const results = (await Promise.allSettled(running)).flatMap((result) =>
    result.status === "fulfilled" ? result.value : [],
  );
  const kept = results.find(({ kept }) => kept)?.kept;
  if (either.aborted) {
    await kept?.stop();
    throw either.reason;
  }
  // How the first control plane came up stands for all.
  const claims = [...results[0]!.installation, ...results.flatMap((lane) => lane.drills)];
  const place = ({ id }: Claim) => drills.findIndex(({ name }) => id.startsWith(`${name}.`));
  return { claims: [...claims.sort((a, b) => place(a) - place(b)), ...notTried(charts)], kept };
}

interface Lane {
  installation: Claim[];
  drills: Claim[];
  kept?: Cluster;
}

/** Runs drills one after the other on a cluster of their own, which goes at the end unless kept. */
async function runLane(
  started: ReturnType<typeof Cluster.start>,
  tasks: { drill: Drill<Cluster>; task: ReturnType<View["add"]> }[],
  { view, signal, keep }: Pick<Rehearsal, "view" | "signal" | "keep">,
): Promise<Lane> {
  const { cluster, claims } = await started;
  // Taking the cluster away ends whatever waits for it.
  const end = () => void cluster.stop();
  signal.addEventListener("abort", end, { once: true });
  try {
    const results: Claim[] = [];
    for (const { drill, task } of tasks) {
      const attempt = (say: Say) =>
        drill.run(cluster, say).catch((error: Error) => [failed(drill, error, signal)]);
      const passed = (claims: Claim[]) => claims.every(({ holds }) => holds);
      results.push(...(await view.run(task, attempt, passed)));
    }
    if (!keep) await cluster.stop();
    return { installation: claims, drills: results, kept: keep ? cluster : undefined };
  } catch (error) {
    await cluster.stop();
    throw error;
  } finally {
    signal.removeEventListener("abort", end);
  }
}

/** Leaves a cluster up until the user ends the command. */
export async function keepUp(cluster: Cluster, signal: AbortSignal): Promise<void> {
  process.stdout.write(`kept until Ctrl-C: export KUBECONFIG=${cluster.plane.kubeconfig}\n`);
  const interrupted = new Promise((resolve) =>
    signal.addEventListener("abort", resolve, { once: true }),
  );
  await Promise.race([interrupted, cluster.plane.failure]).finally(() => cluster.stop());
}

/** A drill that could not be ended as planned, which is a result, unless all of it was aborted. */
function failed({ name }: Drill<Cluster>, error: Error, signal: AbortSignal): Claim {
  if (signal.aborted) throw error;
  return claim({
    id: `${name}.completed`,
    claim: `The drill runs to its end; it did not: ${error.message}`,
    value: 1,
    unit: "failures",
    limit: 0,
  });
}

/** What of the plan is not there, for want of a chart or of an operator. */
function notTried({ releases, missing }: Charts): Claim[] {
  const operated = releases.flatMap(({ name, objects }) =>
    objects
      .filter(({ kind }) => kind === "Prometheus" || kind === "Alertmanager")
      .map(({ kind }) => ({ kind: kind!, name })),
  );
  return [
    ...missing.map(({ release: { name }, reason }) =>
      skipped(`install.${name}`, `${name} was not installed: ${reason}`),
    ),
    ...operated.map(({ kind, name }) =>
      skipped(
        `install.${name}.${kind.toLowerCase()}`,
        `${kind} of ${name} has no pods: its operator is simulated, and acts on no custom resource`,
      ),
    ),
  ];
}
