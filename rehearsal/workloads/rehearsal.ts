import type { Drill, Say } from "../drill";
import { setMaxListeners } from "node:events";
import type { Plan } from "../../plan/plan";
import type { ToolName } from "../../tools";
import { Cluster } from "./cluster";
import { controlPlaneTools } from "../control-plane/control-plane";
import type { Images } from "../control-plane/stages";
import { drills, lanes } from "./drills";
import { remoteReleases } from "../../plan/releases";
import { claim, skipped, type Claim } from "../../lib/claim";
import type { View } from "../../lib/progress";

/** Outside programs that a rehearsal runs. */
export const rehearsalTools: ToolName[] = ["helm", "kubectl", ...controlPlaneTools];

/** What a rehearsal is made of. */
export interface Rehearsal {
  plan: Plan;
  images: Images;
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

/** Runs the drills in their lanes. Rejects, with nothing left running, when it cannot go on. */
export async function rehearse(rehearsal: Rehearsal): Promise<Outcome> {
  const { plan, chosen, view, signal } = rehearsal;
  const wanted = ({ name }: Drill<Cluster>) => chosen.length === 0 || chosen.includes(name);
  const used = lanes.map((lane) => lane.filter(wanted)).filter((lane) => lane.length > 0);
  // One lane's failure ends the others, so that nothing outlives the answer.
  const stop = new AbortController();
  const either = AbortSignal.any([signal, stop.signal]);
  // Every program that runs listens to it.
  setMaxListeners(0, either);
  const running = used.map((lane, index) => {
    const tasks = [`Control plane ${index + 1}`, ...lane.map(({ title }) => title)];
    const keep = rehearsal.keep && index === 0;
    return runLane(
      { ...rehearsal, signal: either, keep },
      lane,
      tasks.map((title) => view.add(title)),
    ).catch((error: unknown) => {
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
  return { claims: [...claims.sort((a, b) => place(a) - place(b)), ...notInstalled(plan)], kept };
}

interface Lane {
  installation: Claim[];
  drills: Claim[];
  kept?: Cluster;
}

/** Runs drills one after the other on a cluster of their own, which goes at the end unless kept. */
async function runLane(
  { plan, images, view, signal, keep }: Rehearsal,
  lane: Drill<Cluster>[],
  [bringUp, ...tasks]: ReturnType<View["add"]>[],
): Promise<Lane> {
  const { cluster, claims } = await view.run(bringUp!, (say) =>
    Cluster.start(plan, images, signal, say),
  );
  // Taking the cluster away ends whatever waits for it.
  const end = () => void cluster.stop();
  signal.addEventListener("abort", end, { once: true });
  try {
    const results: Claim[] = [];
    for (const [index, drill] of lane.entries()) {
      const attempt = (say: Say) =>
        drill.run(cluster, say).catch((error: Error) => [failed(drill, error, signal)]);
      const passed = (claims: Claim[]) => claims.every(({ holds }) => holds);
      results.push(...(await view.run(tasks[index]!, attempt, passed)));
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

function notInstalled(plan: Plan): Claim[] {
  return remoteReleases(plan).map(({ name, chart, repository }) =>
    skipped(
      `install.${name}`,
      `${name} was not installed: its chart ${chart} is not in this project (${repository})`,
    ),
  );
}
