import {
  disruptionBudget,
  fewestReplicas,
  operated,
  podSpec,
  replicated,
  selects,
} from "../../model/kubernetes";
import { podCount } from "../../model/quantity";
import {
  at,
  list,
  numberAt,
  type Properties,
  type Resource,
  type Stack,
} from "../../model/resource";
import { zoneOf, zonesIn, type Group } from "./group";
import {
  canMeet,
  condition,
  isOfZone,
  isUnseen,
  meets,
  tolerates,
  zoneKey,
  type Condition,
  type Pool,
} from "./nodes";

const hostKey = "kubernetes.io/hostname";
const storageClass = "kubernetes:storage.k8s.io/v1:StorageClass";
const required = "requiredDuringSchedulingIgnoredDuringExecution";

/** A workload's pods, at their fewest. */
export interface Pods extends Group {
  /** Pods that its disruption budgets promise to keep; undefined: nothing is promised. */
  promised: number | undefined;
}

/** Every workload that keeps equal pods running, and where they may be. */
export function podsOf(stack: Stack, pools: Pool[]): Pods[] {
  return stack.ofType(...replicated).map((workload) => {
    const fewest = fewestReplicas(workload, stack);
    const count = typeof fewest === "number" ? fewest : 0;
    const conditions = conditionsOf(workload);
    const subnets = places(workload, conditions, pools, stack);
    const zones = zonesIn(subnets);
    const tied = isTied(workload, conditions);
    const most = tied ? count : mostInZone(workload, count, zones.length, stack);
    return {
      resource: workload,
      count: zones.length === 0 ? 0 : count,
      inZone: new Map(zones.map((zone) => [zone, most])),
      onHost: !tied && keepsApart(workload, hostKey) ? Math.min(1, count) : most,
      subnets: new Set(subnets),
      promised: promise(workload, count, stack),
    };
  });
}

/** The namespace of an object. */
export function namespaceOf({ name, release, properties }: Resource): string {
  const namespace = at(properties, "metadata.namespace");
  if (typeof namespace === "string") return namespace;
  return release ? name.split("/")[0]! : "default";
}

/** The number of a port that a workload's containers name. */
export function portCalled(workload: Resource, name: string): number | undefined {
  const port = list(podSpec(workload), "containers")
    .flatMap((container) => list(container, "ports"))
    .find((found) => at(found, "name") === name);
  const number = at(port, "containerPort");
  return typeof number === "number" ? number : undefined;
}

/** Each way to meet what a pod requires of its node: one is enough. */
function conditionsOf(workload: Resource): Condition[][] {
  const spec = podSpec(workload);
  const selected = Object.entries((at(spec, "nodeSelector") ?? {}) as Properties).map(
    ([key, value]) => ({ key, operator: "In", values: [value] }),
  );
  const terms = list(spec, `affinity.nodeAffinity.${required}.nodeSelectorTerms`);
  const ways = terms.map((term) =>
    [...list(term, "matchExpressions"), ...list(term, "matchFields")].map(condition),
  );
  return (ways.length === 0 ? [[]] : ways).map((way) => [...selected, ...way]);
}

/** Subnets in which nodes start that take the pods and reach their volumes. */
function places(workload: Resource, ways: Condition[][], pools: Pool[], stack: Stack): Resource[] {
  const tolerations = list(podSpec(workload), "tolerations");
  const storage = storageConditions(workload, stack);
  const found = pools
    .filter((pool) => tolerates(tolerations, pool))
    .flatMap((pool) =>
      ways
        .filter((way) => canMeet(pool, way))
        .flatMap((way) =>
          pool.subnets.filter((subnet) =>
            meets(zoneOf(subnet), [...way.filter(isOfZone), ...storage]),
          ),
        ),
    );
  return [...new Set(found)];
}

/** Where the storage classes of its volume claims make volumes: conditions on the zone. */
function storageConditions(workload: Resource, stack: Stack): Condition[] {
  const templates = operated.includes(workload.type)
    ? [at(workload.properties, "spec.storage.volumeClaimTemplate")]
    : list(workload.properties, "spec.volumeClaimTemplates");
  const names = templates.map((template) => at(template, "spec.storageClassName"));
  return stack
    .ofType(storageClass)
    .filter(({ properties }) => names.includes(at(properties, "metadata.name")))
    .flatMap(({ properties }) => list(properties, "allowedTopologies"))
    .flatMap((topology) => list(topology, "matchLabelExpressions"))
    .filter((expression) => /zone/.test(String(at(expression, "key"))))
    .map((expression) => ({ key: zoneKey, operator: "In", values: list(expression, "values") }));
}

/** Whether all pods follow one node or one volume, wherever that is. */
function isTied(workload: Resource, ways: Condition[][]): boolean {
  const spec = podSpec(workload);
  const pinning = (way: Condition[]) =>
    way.some(
      ({ key, operator }) => operator === "In" && /hostname$|metadata\.name|zone-id$/.test(key),
    );
  return (
    // What cannot be seen may name a single one.
    [spec, at(spec, "nodeSelector"), at(spec, "affinity")].some(isUnseen) ||
    at(spec, "nodeName") !== undefined ||
    ways.some(pinning) ||
    list(spec, "volumes").some((volume) => at(volume, "persistentVolumeClaim") !== undefined)
  );
}

/** The most of a workload's pods that one zone may hold. */
function mostInZone(workload: Resource, count: number, zones: number, stack: Stack): number {
  if (keepsApart(workload, zoneKey)) return Math.min(1, count);
  const skews = list(podSpec(workload), "topologySpreadConstraints")
    .filter(
      (spread) =>
        at(spread, "topologyKey") === zoneKey &&
        at(spread, "whenUnsatisfiable") === "DoNotSchedule" &&
        selects(at(spread, "labelSelector"), workload) &&
        // Spread together with the pods of another, its own may all be in one zone.
        !stack
          .ofType(...replicated)
          .some(
            (other) =>
              other !== workload &&
              namespaceOf(other) === namespaceOf(workload) &&
              selects(at(spread, "labelSelector"), other),
          ),
    )
    .map((spread) => numberAt(spread, "maxSkew"));
  const skew = Math.min(...skews);
  // The fullest zone holds m where every other one holds m - skew or more.
  const most = Math.floor((count + skew * (zones - 1)) / zones);
  return Number.isFinite(most) ? Math.min(count, most) : count;
}

/** Whether no two pods of a workload run in one place, such as on one host. */
function keepsApart(workload: Resource, topologyKey: string): boolean {
  return list(podSpec(workload), `affinity.podAntiAffinity.${required}`).some(
    (term) =>
      at(term, "topologyKey") === topologyKey && selects(at(term, "labelSelector"), workload),
  );
}

/** The most that any of its budgets promises. One that cannot be read promises every pod. */
function promise(workload: Resource, count: number, stack: Stack): number | undefined {
  const budgets = stack
    .ofType(disruptionBudget)
    .filter(
      (budget) =>
        namespaceOf(budget) === namespaceOf(workload) &&
        selects(at(budget.properties, "spec.selector"), workload),
    )
    .map(({ properties }) => {
      const [least, most] = ["minAvailable", "maxUnavailable"].map((key) =>
        podCount(at(properties, `spec.${key}`), count, Math.ceil),
      ) as [number, number];
      return Number.isNaN(least) ? count - (most || 0) : least;
    });
  return budgets.length === 0 ? undefined : Math.max(...budgets);
}
