import {
  at,
  list,
  sealed,
  unknown,
  type Properties,
  type Resource,
  type Stack,
} from "../../model/resource";
import { privateSubnets, subnetType } from "../../model/routes";
import { zoneOf } from "./group";

const nodePool = "kubernetes:karpenter.sh/v1:NodePool";
const nodeClass = "kubernetes:eks.amazonaws.com/v1:NodeClass";
const clusterTypes = ["eks:index:Cluster", "aws:eks/cluster:Cluster"];
export const zoneKey = "topology.kubernetes.io/zone";

/** Labels that a node has without its pool naming them. */
const ofEveryNode =
  /^(topology\.kubernetes\.io\/region|topology\.k8s\.aws\/zone-id|metadata\.name|kubernetes\.io\/(os|arch|hostname)|node\.kubernetes\.io\/instance-type|karpenter\.sh\/capacity-type|eks\.amazonaws\.com\/[\w-]+)$/;

/** A condition on a node's label, as node pools and pods spell it. */
export interface Condition {
  key: string;
  operator: string;
  values: unknown[];
}

/** Where a pool starts nodes, and for which pods. */
export interface Pool {
  /** Undefined for the general pool that AWS brings along. */
  resource: Resource | undefined;
  subnets: Resource[];
  requirements: Condition[];
  labels: Properties;
  taints: unknown[];
}

/** The cluster that says where its nodes are: under the engine its component does not. */
export function clusterOf(stack: Stack): Resource | undefined {
  return stack.ofType(...clusterTypes).find((found) => privateSubnets(found, stack).length > 0);
}

/** Every pool of nodes that applications may use. */
export function pools(stack: Stack): Pool[] {
  const cluster = clusterOf(stack);
  if (!cluster) return [];
  const own = privateSubnets(cluster, stack);
  const general = [
    ...list(cluster.properties, "autoMode.computeConfig.nodePools"),
    ...list(cluster.properties, "computeConfig.nodePools"),
  ].includes("general-purpose");
  return [
    ...stack.ofType(nodePool).map((pool) => read(pool, own, stack)),
    ...(general
      ? [{ resource: undefined, subnets: own, requirements: [], labels: {}, taints: [] }]
      : []),
  ];
}

function read(resource: Resource, own: Resource[], stack: Stack): Pool {
  const template = at(resource.properties, "spec.template");
  const requirements = list(template, "spec.requirements").map(condition);
  // A pool that is limited by what cannot be seen may start nodes nowhere.
  const unseen = ["requirements", "taints"].some((key) => isUnseen(at(template, `spec.${key}`)));
  const places = unseen ? [] : classSubnets(at(template, "spec.nodeClassRef.name"), own, stack);
  return {
    resource,
    // A node has to meet every requirement: a second one of the zone takes from the first.
    subnets: places.filter((subnet) => meets(zoneOf(subnet), requirements.filter(isOfZone))),
    requirements,
    labels: (at(template, "metadata.labels") ?? {}) as Properties,
    taints: list(template, "spec.taints"),
  };
}

/** Subnets of a class of nodes; the one that AWS brings along uses the cluster's own. */
function classSubnets(name: unknown, own: Resource[], stack: Stack): Resource[] {
  if (name === "default") return own;
  const found = stack
    .ofType(nodeClass)
    .find(({ properties }) => at(properties, "metadata.name") === name);
  if (!found) return [];
  const terms = list(found.properties, "spec.subnetSelectorTerms");
  const byId = stack.behind(found, "spec", subnetType);
  return stack
    .ofType(subnetType)
    .filter((subnet) =>
      terms.some((term) =>
        at(term, "id") === undefined ? hasTags(subnet, at(term, "tags")) : byId.includes(subnet),
      ),
    );
}

function hasTags({ properties }: Resource, wanted: unknown): boolean {
  const tags = (properties.tags ?? {}) as Properties;
  return Object.entries((wanted ?? {}) as Properties).every(([key, value]) =>
    value === "*" ? tags[key] !== undefined : tags[key] === value,
  );
}

export function condition(found: unknown): Condition {
  return {
    key: String(at(found, "key")),
    operator: String(at(found, "operator")),
    values: list(found, "values"),
  };
}

/** Whether a value is not known yet, or sealed as a secret. */
export function isUnseen(value: unknown): boolean {
  return value === unknown || value === sealed;
}

export const isOfZone = ({ key }: Condition) =>
  key === zoneKey || key === "failure-domain.beta.kubernetes.io/zone";

/** Whether a label's value meets every condition on it. */
export function meets(value: string | undefined, conditions: Condition[]): boolean {
  return conditions.every(({ operator, values }) => {
    if (operator === "In") return value !== undefined && values.includes(value);
    if (operator === "NotIn") return !values.includes(value) && !values.some(isUnseen);
    if (operator === "Exists") return value !== undefined;
    return operator === "DoesNotExist" && value === undefined;
  });
}

/** Whether nodes of a pool can meet a pod's conditions, but for those on the zone. */
export function canMeet({ requirements, labels }: Pool, conditions: Condition[]): boolean {
  return conditions
    .filter((wanted) => !isOfZone(wanted))
    .every((wanted) => {
      const label = labels[wanted.key];
      if (typeof label === "string") return meets(label, [wanted]);
      const allowed = requirements.filter(
        ({ key, operator }) => key === wanted.key && operator === "In",
      );
      const values = allowed.flatMap((requirement) => requirement.values);
      if (values.length > 0) return values.some((value) => meets(String(value), [wanted]));
      return ofEveryNode.test(wanted.key) || meets(undefined, [wanted]);
    });
}

/** Whether a pod's tolerations let it onto a pool's nodes. */
export function tolerates(tolerations: unknown[], { taints }: Pool): boolean {
  return taints
    .filter((taint) => at(taint, "effect") !== "PreferNoSchedule")
    .every((taint) => tolerations.some((toleration) => covers(toleration, taint)));
}

function covers(toleration: unknown, taint: unknown): boolean {
  const [key, effect] = [at(toleration, "key"), at(toleration, "effect")];
  const same =
    at(toleration, "operator") === "Exists" ||
    (at(toleration, "value") ?? "") === (at(taint, "value") ?? "");
  return (
    (key === undefined || key === at(taint, "key")) &&
    (effect === undefined || effect === at(taint, "effect")) &&
    same
  );
}
