import { podLabels } from "../../model/kubernetes";
import { at, list, type Properties, type Resource, type Stack } from "../../model/resource";
import { holds, overlap } from "./cidr";
import { namespaceOf, portCalled } from "./pods";

const policyType = "kubernetes:networking.k8s.io/v1:NetworkPolicy";
const namespaceType = "kubernetes:core/v1:Namespace";

/** What is at the other end: addresses, pods of a workload, or only a port that has to be open. */
export type Peer = { cidr: unknown } | { pods: Resource } | "any";

/** Who may talk to whom in the cluster. */
export interface NetworkPolicies {
  /**
   * The policies that together stop a workload's pods from being reached on a port (`Ingress`), or
   * from reaching one (`Egress`); undefined: nothing does.
   */
  stops(
    workload: Resource,
    direction: "Ingress" | "Egress",
    peer: Peer,
    port: number,
    protocol?: string,
  ): Resource | undefined;
}

/** Reads every policy once. */
export function networkPolicies(stack: Stack): NetworkPolicies {
  const policies = stack.ofType(policyType);
  const namespaces = new Map(
    stack
      .ofType(namespaceType)
      .map(({ properties }) => [
        String(at(properties, "metadata.name")),
        (at(properties, "metadata.labels") ?? {}) as Properties,
      ]),
  );
  const labelsOf = (namespace: string): Properties => ({
    ...namespaces.get(namespace),
    "kubernetes.io/metadata.name": namespace,
  });
  const isPeer = (found: unknown, policy: Resource, peer: Peer): boolean => {
    if (peer === "any") return true;
    const block = at(found, "ipBlock");
    if ("cidr" in peer)
      return (
        holds(at(block, "cidr"), peer.cidr) &&
        !list(block, "except").some((range) => overlap(range, peer.cidr))
      );
    if (block !== undefined) return false;
    const space = namespaceOf(peer.pods);
    const spaces = at(found, "namespaceSelector");
    return (
      (spaces === undefined ? space === namespaceOf(policy) : picks(spaces, labelsOf(space))) &&
      picks(at(found, "podSelector") ?? {}, podLabels(peer.pods))
    );
  };
  return {
    stops: (workload, direction, peer, port, protocol = "TCP") => {
      const isolating = policies.filter(
        (policy) =>
          namespaceOf(policy) === namespaceOf(workload) &&
          isolates(policy, direction) &&
          picks(at(policy.properties, "spec.podSelector") ?? {}, podLabels(workload)),
      );
      const named =
        direction === "Ingress"
          ? workload
          : peer !== "any" && "pods" in peer
            ? peer.pods
            : undefined;
      const open = isolating.some((policy) =>
        list(policy.properties, `spec.${direction.toLowerCase()}`).some((rule) => {
          const peers = list(rule, direction === "Ingress" ? "from" : "to");
          return (
            isOpen(list(rule, "ports"), port, protocol, named) &&
            (peers.length === 0 || peers.some((found) => isPeer(found, policy, peer)))
          );
        }),
      );
      return open ? undefined : isolating[0];
    },
  };
}

function isolates({ properties }: Resource, direction: string): boolean {
  const types = at(properties, "spec.policyTypes");
  if (Array.isArray(types)) return types.includes(direction);
  return direction === "Ingress" || at(properties, "spec.egress") !== undefined;
}

function isOpen(
  ports: unknown[],
  wanted: number,
  protocol: string,
  named: Resource | undefined,
): boolean {
  return (
    ports.length === 0 ||
    ports.some((entry) => {
      if ((at(entry, "protocol") ?? "TCP") !== protocol) return false;
      const port = at(entry, "port");
      const first = typeof port === "string" && named ? portCalled(named, port) : port;
      if (first === undefined) return port === undefined;
      const last = at(entry, "endPort") ?? first;
      return (
        typeof first === "number" && typeof last === "number" && first <= wanted && wanted <= last
      );
    })
  );
}

/** Whether a label selector picks labels. An empty one picks everything, as Kubernetes has it. */
function picks(selector: unknown, labels: Properties): boolean {
  const wanted = Object.entries((at(selector, "matchLabels") ?? {}) as Properties);
  return (
    wanted.every(([key, value]) => labels[key] === value) &&
    list(selector, "matchExpressions").every((expression) => {
      const label = labels[String(at(expression, "key"))];
      const operator = at(expression, "operator");
      if (operator === "In") return list(expression, "values").includes(label);
      if (operator === "NotIn") return !list(expression, "values").includes(label);
      return operator === "Exists" ? label !== undefined : label === undefined;
    })
  );
}
