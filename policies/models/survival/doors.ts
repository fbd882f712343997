import type { Resource, Stack } from "../../model/resource";
import { gapAt, type Gap } from "./gap";
import { networkAcls, type End, type NetworkAcls } from "./network-acls";
import { networkPolicies, type NetworkPolicies, type Peer } from "./network-policies";
import { everybody, securityGroups, type SecurityGroups } from "./security-groups";

/** Everything that traffic has to get through, read once. */
export class Doors {
  private readonly acls: NetworkAcls;
  private readonly groups: SecurityGroups;
  private readonly policies: NetworkPolicies;
  private readonly nodes: string[];

  constructor(cluster: Resource, stack: Stack) {
    this.acls = networkAcls(stack);
    this.groups = securityGroups(stack);
    this.policies = networkPolicies(stack);
    this.nodes = this.groups.ofNodes(cluster);
  }

  /** Network ACLs that stop a port between any two of the ends. */
  acrossSubnets(path: string, from: End[], to: End[], port: number): Gap[] {
    return from.flatMap((asking) =>
      to.flatMap((asked) => {
        const acl = this.acls.stops(asking, asked, port);
        const [first, last] = [asking, asked].map((end) => (end === "internet" ? end : end.name));
        return acl
          ? [
              gapAt(
                acl,
                path,
                `lets no port ${port} and its answers through from ${first} to ${last}`,
              ),
            ]
          : [];
      }),
    );
  }

  /** The security group of what users open, if it does not let everybody in. */
  forEverybody(path: string, resource: Resource, property: string, port: number): Gap[] {
    const own = this.groups.of(resource, property);
    return this.groups.allow("in", own, everybody, port)
      ? []
      : [gapAt(resource, path, `has no security group that lets everybody in on port ${port}`)];
  }

  /** Security groups that keep a resource from pods. */
  toPods(path: string, resource: Resource, property: string, port: number): Gap[] {
    const own = this.groups.of(resource, property);
    return [
      ...(this.groups.allow("out", own, this.nodes, port)
        ? []
        : [gapAt(resource, path, `has no security group that lets port ${port} out to the nodes`)]),
      ...(this.groups.allow("in", this.nodes, own, port)
        ? []
        : [gapAt(resource, path, `is not let in on port ${port} by the nodes' security group`)]),
    ];
  }

  /** The security group of a resource, if it does not let pods in. */
  fromPods(path: string, resource: Resource, property: string, port: number): Gap[] {
    const own = this.groups.of(resource, property);
    return this.groups.allow("in", own, this.nodes, port)
      ? []
      : [gapAt(resource, path, `has no security group that lets pods in on port ${port}`)];
  }

  /** Network policies that keep a workload's pods from subnets, or subnets from them. */
  betweenPodsAndSubnets(
    path: string,
    workload: Resource,
    direction: "Ingress" | "Egress",
    subnets: Iterable<Resource>,
    port: number,
  ): Gap[] {
    return [...subnets].flatMap(({ name, properties }) =>
      this.refused(path, workload, direction, { cidr: properties.cidrBlock }, name, port),
    );
  }

  /** Network policies that keep pods from pods, at either end. */
  betweenPods(path: string, from: Resource, to: Resource, port: number): Gap[] {
    return [
      ...this.refused(path, from, "Egress", { pods: to }, to.name, port),
      ...this.refused(path, to, "Ingress", { pods: from }, from.name, port),
    ];
  }

  /** Network policies that keep pods from asking for names. */
  toNames(workload: Resource): Gap[] {
    const path = `${workload.name} resolves no name`;
    return this.refused(path, workload, "Egress", "any", "DNS", 53, "UDP");
  }

  private refused(
    path: string,
    workload: Resource,
    direction: "Ingress" | "Egress",
    peer: Peer,
    called: string,
    port: number,
    protocol?: string,
  ): Gap[] {
    const policy = this.policies.stops(workload, direction, peer, port, protocol);
    const way = direction === "Ingress" ? "from" : "to";
    return policy
      ? [gapAt(policy, path, `(NetworkPolicy) lets no port ${port} through ${way} ${called}`)]
      : [];
  }
}
