import {
  declaredFlows,
  declaredPeers,
  flowsOfClusters,
  scratchPeers,
  subnetsOf,
} from "../../declared/traffic";
import { databaseCluster } from "../../model/database";
import { at, list, type Properties, type Resource, type Stack } from "../../model/resource";
import type { RuleDefinition } from "../../model/rule";

/** The address at which AWS hands out rights to pods. */
const podIdentity = "169.254.170.23/32";

export default {
  name: "network-policy",
  severity: "critical",
  from: "starter",
  demands:
    "A NetworkPolicy lets through the ports that policies/declared says, both ways, to and from the subnets of every zone.",
  reason: "A port or a zone that is left out is an outage as soon as traffic needs it.",
  needs: "stack",
  types: ["kubernetes:networking.k8s.io/v1:NetworkPolicy"],
  judge: (policy, stack) => {
    const clusters = stack.ofType(databaseCluster).length > 0;
    const flows = clusters ? { ...declaredFlows, ...flowsOfClusters } : declaredFlows;
    const declared = Object.hasOwn(flows, policy.name) ? flows[policy.name] : undefined;
    if (!declared) return ["it is not declared in policies/declared/traffic"];
    const spec = at(policy.properties, "spec");
    const labels = (at(policy.properties, "metadata.labels") ?? {}) as Properties;
    const selected = Object.entries((at(spec, "podSelector.matchLabels") ?? {}) as Properties);
    return [
      ...(["Ingress", "Egress"].every((kind) => list(spec, "policyTypes").includes(kind))
        ? []
        : ["policyTypes must be Ingress and Egress"]),
      // By its own labels, but for the component, which some policies share.
      ...(selected.length >= 2 &&
      selected.every(([key, value]) =>
        key.endsWith("/component")
          ? policy.name.endsWith(`-${String(value)}`)
          : labels[key] === value,
      )
        ? []
        : ["podSelector does not select the pods that it is called after"]),
      ...ports(list(spec, "ingress"), declared.in, "ingress"),
      ...ports(list(spec, "egress"), declared.out, "egress"),
      ...pods(policy, "ingress", "from"),
      ...pods(policy, "egress", "to"),
      ...zones(policy, "ingress", "from", stack),
      ...zones(policy, "egress", "to", stack),
    ];
  },
} satisfies RuleDefinition;

function ports(rules: unknown[], declared: number[], direction: string): string[] {
  const found = [
    ...new Set(
      rules.flatMap((rule) =>
        list(rule, "ports").length === 0
          ? ["every port"]
          : list(rule, "ports").map((port) => at(port, "port")),
      ),
    ),
  ];
  const differs =
    declared.some((port) => !found.includes(port)) ||
    found.some((port) => !declared.includes(port as number));
  return differs
    ? [
        `${direction} lets ${found.map(String).join(", ") || "nothing"} through; it must be ${declared.join(", ") || "nothing"}`,
      ]
    : [];
}

/** Subnets of some zone that are left out, and addresses that are none of a subnet's. */
function zones(policy: Resource, direction: string, peers: string, stack: Stack): string[] {
  return list(policy.properties, `spec.${direction}`).flatMap((rule) => {
    const ranges = list(rule, peers)
      .filter((peer) => at(peer, "ipBlock") !== undefined)
      .map((peer) => at(peer, "ipBlock.cidr"));
    const except = list(rule, peers).some((peer) => at(peer, "ipBlock.except") !== undefined);
    const port = at(list(rule, "ports")[0], "port");
    if (port === 5432 && Object.hasOwn(scratchPeers, `${policy.name} ${direction}`))
      return ranges.length > 0 ? [`${direction} of port 5432 must name pods alone`] : [];
    const tier = subnetsOf[port as number];
    // Names are looked up anywhere, AWS's own endpoints are anywhere, and pods are named by labels.
    if (port === 53 || port === 443)
      return ranges.length > 0
        ? [`${direction} of port ${port} is limited to ${ranges.join(", ")}`]
        : [];
    if (port === 80)
      return ranges.join() === podIdentity
        ? []
        : [`${direction} of port 80 must lead to ${podIdentity} alone`];
    if (!tier)
      return list(rule, peers).length > 0 && ranges.length === 0
        ? []
        : [`${direction} of port ${String(port)} must name pods`];
    const subnets = stack
      .ofType("aws:ec2/subnet:Subnet")
      .filter(({ name }) => name.startsWith(`network-${tier}-`))
      .map(({ properties }) => properties.cidrBlock);
    const missing = subnets.filter((range) => !ranges.includes(range));
    const strange = ranges.filter((range) => !subnets.includes(range));
    return [
      ...missing.map(
        (range) =>
          `${direction} of port ${String(port)} leaves out ${String(range)}, a ${tier} subnet`,
      ),
      ...strange.map(
        (range) =>
          `${direction} of port ${String(port)} names ${String(range)}, which is no ${tier} subnet`,
      ),
      ...(except ? [`${direction} of port ${String(port)} leaves out part of a subnet`] : []),
    ];
  });
}

/** Pods at the other end that are not those that are declared. */
function pods(policy: Resource, direction: string, peers: string): string[] {
  return list(policy.properties, `spec.${direction}`).flatMap((rule) => {
    const port = String(at(list(rule, "ports")[0], "port"));
    const scratch = scratchPeers[`${policy.name} ${direction}`];
    if (port === "5432" && scratch !== undefined)
      return scratchOnly(policy, list(rule, peers), scratch);
    const expected = declaredPeers[`${direction} ${port}`];
    const named = list(rule, peers).filter((peer) => at(peer, "ipBlock") === undefined);
    const fits = (peer: unknown) =>
      label(peer, "namespaceSelector", "kubernetes.io/metadata.name") === expected?.namespace &&
      label(peer, "podSelector", "app.kubernetes.io/name") === expected?.pods;
    if (named.every(fits) && (expected === undefined || named.length === 1)) return [];
    return [
      `${direction} of port ${port} must name ${expected?.pods ?? "every pod"} of ${expected?.namespace ?? "no namespace"} alone`,
    ];
  });
}

/** The one job's pods and its server's, of this release and namespace, and no others. */
function scratchOnly(policy: Resource, peers: unknown[], component: string): string[] {
  const [name] = peers;
  const own = (key: string) =>
    (at(policy.properties, "metadata.labels") as Properties | undefined)?.[key];
  const fits =
    peers.length === 1 &&
    at(name, "namespaceSelector") === undefined &&
    label(name, "podSelector", "app.kubernetes.io/component") === component &&
    ["app.kubernetes.io/name", "app.kubernetes.io/instance"].every(
      (key) => label(name, "podSelector", key) === own(key),
    );
  return fits ? [] : [`port 5432 must lead to, or come from, the pods of ${component} alone`];
}

function label(peer: unknown, selector: string, key: string): unknown {
  return (at(peer, `${selector}.matchLabels`) as Properties | undefined)?.[key];
}
