import type { Resource } from "../../model/resource";
import { zoneOf, zonesIn, type Group } from "./group";
import type { Site } from "./site";

/** What is lost, all at once. */
export type Fault =
  | { kind: "nothing" }
  | { kind: "zone"; zone: string }
  | { kind: "subnet"; subnet: Resource }
  /** A node of the cluster, with a pod of every workload that may be on it. */
  | { kind: "node" }
  /** One of a group, such as a pod or a NAT gateway; in a zone, where that matters. */
  | { kind: "one"; noun: string; resource: Resource; subnet?: Resource };

/** Every fault that a site has to outlive. */
export function faultsOf(site: Site): Fault[] {
  const one = (noun: string, groups: Group[]): Fault[] =>
    groups.map(({ resource }) => ({ kind: "one", noun, resource }));
  return [
    ...site.zones.map((zone): Fault => ({ kind: "zone", zone })),
    { kind: "node" },
    ...one("a pod of", site.pods.filter(isPromised)),
    ...one("a server of", site.databases),
    ...one("a node of", site.caches),
    ...one("", site.gateways),
    ...site.balancers.flatMap(({ resource, subnets }) =>
      [...subnets].map((subnet): Fault => ({ kind: "one", noun: "the node of", resource, subnet })),
    ),
    ...site.subnets.map((subnet): Fault => ({ kind: "subnet", subnet })),
  ];
}

/** Single pods that nothing promises to keep are lost with any pod, node or zone of theirs. */
function isPromised({ promised }: { promised?: number | undefined }): boolean {
  return promised !== undefined;
}

/** A fault as a line calls it: `zone eu-central-1a lost`. */
export function say(fault: Fault): string {
  if (fault.kind === "nothing") return "nothing lost";
  if (fault.kind === "zone") return `zone ${fault.zone} lost`;
  if (fault.kind === "subnet") return `subnet ${fault.subnet.name} lost`;
  if (fault.kind === "node") return "a node lost";
  const { noun, resource, subnet } = fault;
  const place = subnet ? ` in ${subnet.name}` : "";
  return `${noun ? `${noun} ` : ""}${resource.name}${place} lost`;
}

/** Zones that a fault takes something of: what lies there may be cut off, as by the zone's loss. */
export function zonesHit(fault: Fault, site: Site): string[] {
  if (fault.kind === "zone") return [fault.zone];
  if (fault.kind === "subnet") return zonesIn([fault.subnet]);
  if (fault.kind !== "one") return [];
  if (fault.subnet) return zonesIn([fault.subnet]);
  const gateway = site.gateways.find(({ resource }) => resource === fault.resource);
  return gateway ? zonesIn(gateway.subnets) : [];
}

/** The site as it stands after a fault. Pure: the site that it was given stays whole. */
export function without(site: Site, fault: Fault): Site {
  const left = <G extends Group>(groups: G[]): G[] => groups.map((group) => shrink(group, fault));
  const isLeft = (subnet: Resource) => !isGone(subnet, fault);
  return {
    zones: fault.kind === "zone" ? site.zones.filter((zone) => zone !== fault.zone) : site.zones,
    subnets: site.subnets.filter(isLeft),
    balancers: left(site.balancers),
    gateways: left(site.gateways),
    endpoints: left(site.endpoints),
    pools: site.pools.map((pool) => ({ ...pool, subnets: pool.subnets.filter(isLeft) })),
    pods: left(site.pods),
    databases: left(site.databases),
    caches: left(site.caches),
  };
}

/** Whether a subnet goes with a fault. One whose zone is not known goes with any zone. */
function isGone(subnet: Resource, fault: Fault): boolean {
  if (fault.kind === "subnet") return subnet === fault.subnet;
  return fault.kind === "zone" && (zoneOf(subnet) ?? fault.zone) === fault.zone;
}

function shrink<G extends Group>(group: G, fault: Fault): G {
  const lost = Math.min(group.count, lostOf(group, fault));
  const subnets = new Set([...group.subnets].filter((subnet) => !isGone(subnet, fault)));
  if (lost === 0 && subnets.size === group.subnets.size) return group;
  const count = group.count - lost;
  const zones = zonesIn(subnets);
  return {
    ...group,
    count,
    subnets,
    inZone: new Map(
      [...group.inZone]
        .filter(([zone]) => zones.includes(zone))
        .map(([zone, most]) => [zone, Math.min(most, count)]),
    ),
  };
}

/** How many of a group a fault takes, at worst. */
function lostOf(group: Group, fault: Fault): number {
  const { inZone, onHost, subnets, resource } = group;
  if (fault.kind === "nothing") return 0;
  if (fault.kind === "node") return onHost;
  if (fault.kind === "one") return fault.resource === resource ? 1 : 0;
  const hit = [...subnets].filter((subnet) => isGone(subnet, fault));
  const unknown = hit.filter((subnet) => zoneOf(subnet) === undefined).length;
  return zonesIn(hit).reduce((sum, zone) => sum + (inZone.get(zone) ?? 0), unknown);
}
