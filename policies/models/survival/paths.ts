import { isReplica, replicasOf } from "../../model/database";
import type { Resource, Stack } from "../../model/resource";
import type { Tier } from "../../model/settings";
import type { Exits } from "./exits";
import { zonesHit, type Fault } from "./fault";
import { gapAt, type Gap } from "./gap";
import { ratio, zoneOf, zonesIn, type Group } from "./group";
import type { Pods } from "./pods";
import type { Service } from "./service";
import type { Site } from "./site";

/** A plan's site, what users use of it and where its pods go out: read once, whatever is lost. */
export interface World {
  site: Site;
  service: Service;
  exits: Exits;
  stack: Stack;
  tier: Tier;
}

/** What a path looks like after a fault: a cell of the table, and where it ends, if it does. */
export interface Path {
  cell: string;
  gaps: Gap[];
}

/** Every path, in the order of the table's columns. */
export function paths(world: World, left: Site, fault: Fault): Path[] {
  return [
    users(world, left),
    api(world, left, fault),
    data(world, left),
    outside(world, left, fault),
    capacity(world, left, fault),
  ];
}

/** Users to the load balancer, and by it to pods of page and API. */
function users({ site, service }: World, left: Site): Path {
  const gaps = pairs(site.balancers, left.balancers)
    .filter(({ after }) => after.count === 0)
    .map(({ before }) => ended(before, "users reach no load balancer"));
  const answering = [
    ...(alive(service.page, left) ? ["page"] : []),
    ...(alive(service.api, left) ? ["API"] : []),
  ];
  const nodes = pairs(site.balancers, left.balancers).map(({ before, after }) =>
    ratio(after, before),
  );
  const cell =
    gaps.length > 0 || answering.length === 0
      ? "nothing"
      : `${answering.join(" and ")}, by ${nodes.join(", ")} load balancer nodes`;
  return { cell, gaps };
}

/** Whether every target has a pod left. */
function alive(targets: { workload: Resource }[], { pods }: Site): boolean {
  const counts = targets.map(({ workload }) => countOf(workload, pods));
  return counts.length > 0 && counts.every((count) => count > 0);
}

function countOf(resource: Resource, groups: Group[]): number {
  return groups.find((group) => group.resource === resource)?.count ?? 0;
}

/** The API to a pooler and to the cache. */
function api({ site, service }: World, left: Site, fault: Fault): Path {
  const poolers = service.poolers.map(
    ({ workload }) => `pooler ${countOf(workload, left.pods)} of ${countOf(workload, site.pods)}`,
  );
  const stored = pairs(site.caches, left.caches);
  const gaps = stored.flatMap(({ before, after }): Gap[] => {
    const path = "the API reaches no cache";
    if (after.count === 0) return [ended(before, path)];
    const { automaticFailoverEnabled, multiAzEnabled } = before.resource.properties;
    const promotes =
      automaticFailoverEnabled === true && (fault.kind !== "zone" || multiAzEnabled === true);
    return after.count === before.count || promotes
      ? []
      : [gapAt(before.resource, path, "promotes no replica by itself")];
  });
  const caches = stored.map(({ before, after }) => `cache ${ratio(after, before)}`);
  return { cell: [...poolers, ...caches].join(", ") || "nothing", gaps };
}

/** Poolers to a writer and to readers. */
function data({ site, stack }: World, left: Site): Path {
  const found = pairs(site.databases, left.databases);
  const results = found
    .filter(({ before }) => !isReplica(before.resource))
    .map(({ before, after }): Path => {
      const followers = replicasOf(before.resource, stack);
      const readers = found.filter(({ before: { resource } }) => followers.includes(resource));
      const replicas = readers.reduce((sum, reader) => sum + reader.after.count, 0);
      // Of a cluster that lost its writer one standby is promoted: the other has to read meanwhile.
      const isRead = before.kind === "cluster" ? after.count >= 2 : replicas >= 1;
      const gaps = [
        ...(after.count > 0 ? [] : [ended(before, "poolers reach no writer")]),
        ...(isRead || after.count === before.count
          ? []
          : [ended(before, "poolers reach no reader while a writer is promoted")]),
      ];
      const serving = [...(after.count > 0 ? ["writer"] : []), ...(isRead ? ["readers"] : [])];
      const counts = [{ before, after }, ...readers].map((pair) => ratio(pair.after, pair.before));
      return {
        cell: `${serving.join(" and ") || "nothing"}, by ${counts.join(" and ")} servers`,
        gaps,
      };
    });
  return {
    cell: results.map(({ cell }) => cell).join("; ") || "nothing",
    gaps: results.flatMap(({ gaps }) => gaps),
  };
}

/** Pods to images, secrets and AWS's endpoints, from every zone that the fault left alone. */
function outside(world: World, left: Site, fault: Fault): Path {
  const hit = zonesHit(fault, world.site);
  const found = [...world.exits.keys()]
    .filter((subnet) => left.subnets.includes(subnet))
    .map((subnet) => exitOf(subnet, hit, world, left));
  const endpoints = pairs(world.site.endpoints, left.endpoints)
    .filter(({ after }) => after.count === 0)
    .map(({ before }) =>
      ended(before, `pods reach no ${String(before.resource.properties.serviceName)}`),
    );
  const words = [...new Set(found.map(({ cell }) => cell))];
  const cells = words.map((each) => {
    const zones = [...new Set(found.filter(({ cell }) => cell === each).map(({ zone }) => zone))];
    return `${words.length === 1 ? `${zones.length} zones` : zones.join(", ")}: ${each}`;
  });
  return {
    cell: cells.join("; ") || "nothing",
    gaps: [...found.flatMap(({ gaps }) => gaps), ...endpoints],
  };
}

/** How the pods of one subnet go out, and whether they have to: those of a zone that is hit do not. */
function exitOf(
  subnet: Resource,
  hit: string[],
  { exits, tier }: World,
  left: Site,
): Path & { zone: string } {
  const path = "pods reach neither images nor AWS";
  const zone = zoneOf(subnet) ?? "an unknown zone";
  const ways = exits.get(subnet) ?? [];
  if (ways.length === 0)
    return { zone, cell: "cut off", gaps: [gapAt(subnet, path, "has no route to a NAT gateway")] };
  const dead = ways.filter(({ gateway }) => countOf(gateway, left.gateways) === 0);
  const shared = ways.filter(({ places }) => zonesIn(places).join() !== zone);
  const names = shared.map(({ gateway }) => gateway.name).join(", ");
  // A gateway that zones share is for nat-per-zone to judge, which lets the tiers below have it.
  const judged = tier === "enterprise" && !hit.includes(zone) ? dead : [];
  const by = shared.length > 0 ? `shared ${names} (nat-per-zone)` : "own gateway";
  return {
    zone,
    cell: dead.length > 0 ? `cut off, ${by} lost` : by,
    gaps: judged.map(({ gateway, places }) =>
      gapAt(subnet, path, `routes to ${gateway.name} in ${zonesIn(places).join(" or ")}`),
    ),
  };
}

/** Pods that remain, as the disruption budgets promise; of what users use, one in any case. */
function capacity({ site, service }: World, left: Site, fault: Fault): Path {
  const used = [...service.page, ...service.api, ...service.poolers].map(
    ({ workload }) => workload,
  );
  const counts: Parameters<typeof reduced>[0] = [];
  const gaps = pairs(site.pods, left.pods).flatMap(({ before, after }): Gap[] => {
    const { resource, promised } = before;
    const least = Math.max(used.includes(resource) ? 1 : 0, keeps(before, site, fault));
    if (promised !== undefined || least > 0)
      counts.push({ name: resource.name, before: before.count, after: after.count });
    if (after.count >= least) return [];
    if (before.inZone.size === 0)
      return [gapAt(resource, `${resource.name} has no pods`, "fits no node pool with a subnet")];
    const where = fault.kind === "node" ? "on one node" : "in one zone";
    return [
      gapAt(
        resource,
        `${ratio(after, before)} pods are left where ${least} are promised`,
        before.count === after.count
          ? "has a disruption budget that promises more than it has"
          : `may have ${before.count - after.count} of them ${fault.kind === "one" ? "gone" : where}`,
      ),
    ];
  });
  return { cell: reduced(counts), gaps };
}

/** Pods that have to remain. A zone may take its even share, though a budget counts evictions. */
function keeps({ promised = 0, count }: Pods, { zones }: Site, fault: Fault): number {
  if (fault.kind !== "zone" && fault.kind !== "subnet") return promised;
  return Math.min(promised, count - Math.ceil(count / Math.max(1, zones.length)));
}

/** Each group of a site beside what is left of it. */
function pairs<G extends Group>(before: G[], after: G[]): { before: G; after: G }[] {
  return before.map((group, index) => ({ before: group, after: after[index]! }));
}

/** A path that ends because none of a group is left. */
function ended({ resource, subnets }: Group, path: string): Gap {
  const zones = zonesIn(subnets).join(", ") || "no known zone";
  return gapAt(resource, path, `stands in ${zones}`);
}

/** How many of a workload are left, where some are gone: `backend 2 of 3, all others`. */
function reduced(counts: { name: string; before: number; after: number }[]): string {
  const less = counts.filter(({ before, after }) => after < before);
  const ratios = new Set(less.map(({ before, after }) => `${after} of ${before}`));
  if (less.length === 0) return "all";
  if (less.length === counts.length && ratios.size === 1) return `${[...ratios].join()} of each`;
  const named = less.map(({ name, before, after }) => `${name} ${after} of ${before}`).join(", ");
  return less.length === counts.length ? named : `${named}, all others`;
}
