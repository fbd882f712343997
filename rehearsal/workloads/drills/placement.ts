import type { Drill } from "../../drill";
import { claim, type Claim } from "../../../lib/claim";
import { withSteadyState } from "../steady-state";
import type { Cluster } from "../cluster";
import { heldTo, type Workload } from "../workloads";

/** No two replicas of a workload on one node, no zone with more than its share. */
export const placement: Drill<Cluster> = {
  name: "placement",
  title: "Placement over nodes and zones",
  async run(cluster) {
    return withSteadyState("placement", cluster, { away: () => 0, recovery: 1 }, async () =>
      placementClaims("placement", cluster),
    );
  },
};

/** Where the replicas are now. */
export function placementClaims(
  drill: string,
  { plane, workloads }: Pick<Cluster, "plane" | "workloads">,
): Claim[] {
  const perNode = worst(workloads.all, ({ pods }) =>
    Math.max(0, ...counts(pods.map((pod) => pod.spec.nodeName))),
  );
  const aboveShare = worst(workloads.all, ({ pods, desired }) => {
    const perZone = counts(pods.map((pod) => plane.zoneOf(pod.spec.nodeName ?? "")));
    return Math.max(0, ...perZone) - Math.ceil(desired / plane.zones.length);
  });
  const { held, but } = heldTo("replicas", workloads.all);
  const few = held.filter(({ desired }) => desired < plane.zones.length);
  return [
    claim({
      id: `${drill}.replicas-per-node`,
      claim: `No two replicas of a workload share a node${perNode.text}`,
      value: perNode.value,
      unit: "replicas",
      limit: 1,
    }),
    claim({
      id: `${drill}.replicas-above-zone-share`,
      claim: `No zone holds more than its share of a workload${aboveShare.text}`,
      value: Math.max(0, aboveShare.value),
      unit: "replicas",
      limit: 0,
    }),
    claim({
      id: `${drill}.workloads-with-too-few-replicas`,
      claim: `Every workload has as many replicas as there are zones${few.map(({ id }) => `; ${id} has not`).join("")}${but}`,
      value: few.length,
      unit: "workloads",
      limit: 0,
    }),
  ];
}

function worst(workloads: Workload[], measure: (workload: Workload) => number) {
  const [first] = workloads
    .map((workload) => ({ value: measure(workload), text: `; most: ${workload.id}` }))
    .sort((a, b) => b.value - a.value);
  return first ?? { value: Infinity, text: "; there is no workload" };
}

function counts(keys: (string | undefined)[]): number[] {
  const found = new Map<string | undefined, number>();
  for (const key of keys) found.set(key, (found.get(key) ?? 0) + 1);
  return [...found.values()];
}
