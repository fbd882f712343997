import type { Cluster } from "./cluster";
import { claim, type Claim } from "../../lib/claim";
import { heldTo, type Pod, type Workload } from "./workloads";

/** What a workload may lack while a fault lasts. */
export interface Tolerance {
  /** Replicas of a workload that may be away at once. */
  away(workload: Workload): number;
  /** Seconds until all replicas are there again after the fault. */
  recovery: number;
  /** Whether a pod counts; by default it does when it is Ready and not leaving. */
  counts?(pod: Pod, workload: Workload): boolean;
}

/** However many replicas a fault may take, this many have to be left. */
const fewestReplicas = 2;
/** Seconds that an earlier drill's traces may take to go before the next begins. */
const settling = 90;

/** Waits for the steady state, all replicas and nothing rolling out, before a fault. */
export async function steadyBefore(drill: string, { workloads }: Cluster): Promise<Claim> {
  const seconds = await workloads.until(() => workloads.unsteady(), settling);
  return claim({
    id: `${drill}.before`,
    claim: `Before: all replicas of ${workloads.all.length} workloads are ready`,
    value: seconds,
    unit: "s",
    limit: settling,
  });
}

/** Waits until all replicas are ready again after a fault. */
export async function completeAfter(
  drill: string,
  { workloads, kind }: Cluster,
  limit: number,
): Promise<Claim> {
  const seconds = await workloads.until(() => workloads.incomplete(), limit);
  return claim({
    id: `${drill}.after`,
    claim: "After: all replicas are ready again",
    value: seconds,
    unit: "s",
    limit,
    kind,
  });
}

/**
 * Asserts the steady state before, during and after a fault: all replicas, never fewer than
 * tolerated, all replicas again.
 */
export async function withSteadyState(
  drill: string,
  cluster: Cluster,
  tolerance: Tolerance,
  fault: () => Promise<Claim[]>,
): Promise<Claim[]> {
  const { workloads } = cluster;
  const before = await steadyBefore(drill, cluster);
  const desired = new Map(workloads.all.map(({ id, desired }) => [id, desired]));
  const record = { shortfall: 0, text: "" };
  const stop = workloads.onChange(() => {
    for (const workload of heldTo("replicas", workloads.all).held) {
      const all = desired.get(workload.id) ?? 0;
      const floor = Math.max(all - tolerance.away(workload), fewestReplicas);
      const counts = (pod: Pod) =>
        workloads.serves(pod) && (tolerance.counts?.(pod, workload) ?? true);
      const left = workload.pods.filter(counts).length;
      if (floor - left > record.shortfall) {
        record.shortfall = floor - left;
        record.text = `; ${workload.id} was left with ${left} of ${all}`;
      }
    }
  });
  const claims = await fault().finally(stop);
  const during = claim({
    id: `${drill}.during`,
    claim: `During: never fewer replicas than tolerated, and never fewer than two${record.text}${heldTo("replicas", workloads.all).but}`,
    value: record.shortfall,
    unit: "replicas",
    limit: 0,
  });
  return [before, during, ...claims, await completeAfter(drill, cluster, tolerance.recovery)];
}
