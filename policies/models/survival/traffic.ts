import { list, numberAt, type Resource, type Stack } from "../../model/resource";
import { defaultRoute, gatewayOf, internetGateway } from "../../model/routes";
import { Doors } from "./doors";
import type { Exits } from "./exits";
import { gapAt, type Gap } from "./gap";
import type { Group } from "./group";
import { clusterOf } from "./nodes";
import type { Service, Target } from "./service";
import type { Site } from "./site";

const record = "aws:route53/record:Record";
const listener = "aws:lb/listener:Listener";
const https = 443;

/**
 * What is shut on the way of traffic while everything stands. Every end that may serve has to be
 * reached from every place that may ask: then whatever a fault leaves of them is connected, too.
 */
export function shut(site: Site, service: Service, exits: Exits, stack: Stack): Gap[] {
  const cluster = clusterOf(stack);
  if (!cluster)
    return [{ resource: undefined, path: "no pod has a node", because: "there is no cluster" }];
  const doors = new Doors(cluster, stack);
  const places = [...exits.keys()];
  const { page, api, poolers } = service;
  return [
    ...site.balancers.flatMap((balancer) => [
      ...entrance(balancer, doors, stack),
      ...toTargets(balancer, page, "users reach no page", places, doors),
      ...toTargets(balancer, api, "users reach no API", places, doors),
    ]),
    ...toPoolers(api, poolers, places, doors),
    ...site.databases.flatMap((database) =>
      toData(database, "vpcSecurityGroupIds", poolers, "poolers reach no database", places, doors),
    ),
    ...site.caches.flatMap((cache) =>
      toData(cache, "securityGroupIds", api, "the API reaches no cache", places, doors),
    ),
    ...[...api, ...poolers].flatMap(({ workload }) => doors.toNames(workload)),
    ...toOutside(exits, doors, stack),
  ];
}

/** From users to a load balancer. */
function entrance({ resource, subnets }: Group, doors: Doors, stack: Stack): Gap[] {
  const path = "users reach no load balancer";
  const isLed = stack
    .pointingAt(resource, record, "aliases")
    .some(({ properties }) => list(properties, "aliases").length > 0);
  const listens = stack
    .pointingAt(resource, listener, "loadBalancerArn")
    .some(({ properties }) => properties.protocol === "HTTPS" && properties.port === https);
  return [
    ...(isLed ? [] : [gapAt(resource, path, "has no alias record that leads to it")]),
    ...(listens ? [] : [gapAt(resource, path, `has no listener for HTTPS on port ${https}`)]),
    ...doors.forEverybody(path, resource, "securityGroups", https),
    ...doors.acrossSubnets(path, ["internet"], [...subnets], https),
    ...[...subnets]
      .filter((subnet) => !reachesInternet(subnet, stack))
      .map((subnet) => gapAt(subnet, path, "has no default route to an internet gateway")),
  ];
}

function reachesInternet(subnet: Resource, stack: Stack): boolean {
  return !!gatewayOf(defaultRoute(subnet, stack), "gatewayId", internetGateway, stack);
}

/** From each of a load balancer's nodes to pods wherever they are. */
function toTargets(
  { resource, subnets }: Group,
  targets: Target[],
  path: string,
  places: Resource[],
  doors: Doors,
): Gap[] {
  return targets.flatMap(({ workload, port }) => [
    ...doors.toPods(path, resource, "securityGroups", port),
    ...doors.acrossSubnets(path, [...subnets], places, port),
    ...doors.betweenPodsAndSubnets(path, workload, "Ingress", subnets, port),
  ]);
}

function toPoolers(api: Target[], poolers: Target[], places: Resource[], doors: Doors): Gap[] {
  const path = "the API reaches no pooler";
  return api.flatMap((asking) =>
    poolers.flatMap(({ workload, port }) => [
      ...doors.betweenPods(path, asking.workload, workload, port),
      ...doors.acrossSubnets(path, places, places, port),
    ]),
  );
}

/** From pods to every subnet in which a server may be, now or after a failover. */
function toData(
  { resource, subnets }: Group,
  groups: string,
  askers: Target[],
  path: string,
  places: Resource[],
  doors: Doors,
): Gap[] {
  const port = numberAt(resource.properties, "port");
  return [
    ...doors.fromPods(path, resource, groups, port),
    ...doors.acrossSubnets(path, places, [...subnets], port),
    ...askers.flatMap(({ workload }) =>
      doors.betweenPodsAndSubnets(path, workload, "Egress", subnets, port),
    ),
  ];
}

/** From pods through their NAT gateway to everybody. */
function toOutside(exits: Exits, doors: Doors, stack: Stack): Gap[] {
  const path = "pods reach neither images nor AWS";
  return [...exits].flatMap(([subnet, ways]) =>
    ways.flatMap(({ gateway, places }) => [
      ...doors.acrossSubnets(path, [subnet], places, https),
      ...doors.acrossSubnets(path, places, ["internet"], https),
      ...places
        .filter((place) => !reachesInternet(place, stack))
        .map(({ name }) => gapAt(gateway, path, `stands in ${name}, which has no way out`)),
    ]),
  );
}
