import { autoscalerOf, containers, operated, podSpec } from "../../model/kubernetes";
import { amount } from "../../model/quantity";
import { at, list, type Properties, type Resource, type Stack } from "../../model/resource";
import { gapAt, type Gap } from "./gap";
import { namespaceOf, type Pods } from "./pods";
import type { Site } from "./site";

const quotaType = "kubernetes:core/v1:ResourceQuota";
const rangeType = "kubernetes:core/v1:LimitRange";

/** What keeps pods from being made: quotas, limits of one pod, limits of the nodes. */
export function room(site: Site, stack: Stack): Gap[] {
  return [...quotas(site, stack), ...ranges(site, stack), ...nodeLimits(site, stack)];
}

/** Quotas that hold fewer pods of a namespace than its autoscalers may want. */
function quotas({ pods }: Site, stack: Stack): Gap[] {
  return stack.ofType(quotaType).flatMap((quota) => {
    const there = pods.filter(({ resource }) => namespaceOf(resource) === namespaceOf(quota));
    const hard = (at(quota.properties, "spec.hard") ?? {}) as Properties;
    return Object.entries(hard)
      .filter(([key, value]) => {
        const needed = sum(there, (group) => most(group, stack) * ofOnePod(group.resource, key));
        // What is counted otherwise, or cannot be read, cannot be said to suffice.
        return !(amount(value) >= needed);
      })
      .map(([key, value]) =>
        gapAt(
          quota,
          `pods of the namespace ${namespaceOf(quota)} do not all start`,
          `has hard.${key} ${shown(value)}, less than they want`,
        ),
      );
  });
}

/** The most pods that a workload may want. */
function most({ resource, count }: Pods, stack: Stack): number {
  const wanted = at(autoscalerOf(resource, stack)?.properties, "spec.maxReplicas");
  return typeof wanted === "number" ? Math.max(wanted, count) : count;
}

/** What one pod takes of what a quota counts, or of `cpu` or `memory`; NaN for what is not counted by pods. */
export function ofOnePod(workload: Resource, key: string): number {
  if (key === "pods" || key === "count/pods") return 1;
  const path = /^(requests|limits)\.(cpu|memory)$/.test(key) ? key : `requests.${key}`;
  if (!/\.(cpu|memory)$/.test(path)) return NaN;
  return sum(resourcesOf(workload), (resources) => amount(at(resources, path)));
}

/** Ranges that refuse a container of a workload. */
function ranges({ pods }: Site, stack: Stack): Gap[] {
  return stack.ofType(rangeType).flatMap((range) =>
    pods
      .filter(({ resource }) => namespaceOf(resource) === namespaceOf(range))
      .filter(({ resource }) =>
        list(range.properties, "spec.limits").some((limit) => refuses(limit, resource)),
      )
      .map(({ resource }) =>
        gapAt(range, `${resource.name} gets no pods`, "refuses what a container asks for"),
      ),
  );
}

function refuses(limit: unknown, workload: Resource): boolean {
  const each = resourcesOf(workload);
  const whole = at(limit, "type") === "Pod";
  return ["cpu", "memory"].some((kind) => {
    const values = (path: string) => {
      const found = each.map((resources) => amount(at(resources, `${path}.${kind}`)));
      return whole ? [sum(found, (value) => value)] : found;
    };
    const [least, most] = ["min", "max"].map((bound) => at(limit, `${bound}.${kind}`));
    return (
      (most !== undefined && values("limits").some((value) => !(value <= amount(most)))) ||
      (least !== undefined && values("requests").some((value) => !(value >= amount(least))))
    );
  });
}

/** Limits count whole nodes: with daemons, jobs, what the system reserves, and gaps. */
const wholeNodes = 1.5;

/** Pools of nodes that are full before every pod of a peak, and successors of a zone's, have a place. */
function nodeLimits({ pods, pools }: Site, stack: Stack): Gap[] {
  return ["cpu", "memory"].flatMap((kind) => {
    const limits = pools.map(({ resource }) => at(resource?.properties, `spec.limits.${kind}`));
    // One without a limit takes whatever the others do not.
    if (limits.length === 0 || limits.includes(undefined)) return [];
    const needed = sum(pods, (group) => {
      const peak = most(group, stack);
      const lost = Math.max(0, ...group.inZone.values()) + (peak - group.count);
      return wholeNodes * (peak + Math.min(peak, lost)) * ofOnePod(group.resource, kind);
    });
    if (sum(limits, amount) >= needed) return [];
    return [
      gapAt(
        pools[0]!.resource!,
        "pods of a lost zone get no successors",
        `has spec.limits.${kind} ${limits.map(shown).join(" and ")}, less than the nodes of all pods at their most and of a lost zone's successors: ${Math.ceil(needed)}`,
      ),
    ];
  });
}

/** The resources of each container; of what the operator makes, of its main one. */
function resourcesOf(workload: Resource): unknown[] {
  return operated.includes(workload.type)
    ? [at(podSpec(workload), "resources")]
    : containers(workload).map((container) => at(container, "resources"));
}

function shown(value: unknown): string {
  return typeof value === "string" || typeof value === "number" ? String(value) : "not readable";
}

function sum<T>(items: T[], of: (item: T) => number): number {
  return items.reduce((total, item) => total + of(item), 0);
}
