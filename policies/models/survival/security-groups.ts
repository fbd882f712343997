import type { Resource, Stack } from "../../model/resource";
import { holds } from "./cidr";

const kinds = {
  in: "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
  out: "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule",
};
const groupType = "aws:ec2/securityGroup:SecurityGroup";
export const everybody = "0.0.0.0/0";

/** Who is let in and out: by the rules that are resources of their own, as all of this program are. */
export interface SecurityGroups {
  /** Whether one of the groups lets a port through, from or to another group or everybody. */
  allow(
    direction: keyof typeof kinds,
    groups: string[],
    other: string[] | typeof everybody,
    port: number,
  ): boolean;
  /** The groups that a property names. */
  of(resource: Resource, property: string): string[];
  /** The group that EKS makes for its nodes goes by the cluster. */
  ofNodes(cluster: Resource): string[];
}

interface Opening {
  direction: keyof typeof kinds;
  group: string | undefined;
  other: string | undefined;
  cidr: unknown;
  ports: [from: number, to: number];
}

/** Reads every rule once. */
export function securityGroups(stack: Stack): SecurityGroups {
  const openings = (["in", "out"] as const).flatMap((direction) =>
    stack.ofType(kinds[direction]).map((rule) => read(rule, direction, stack)),
  );
  return {
    allow: (direction, groups, other, port) =>
      openings.some(
        (opening) =>
          opening.direction === direction &&
          groups.includes(opening.group ?? "") &&
          opening.ports[0] <= port &&
          port <= opening.ports[1] &&
          (other === everybody
            ? holds(opening.cidr, everybody)
            : other.includes(opening.other ?? "")),
      ),
    of: (resource, property) => stack.behind(resource, property, groupType).map(({ urn }) => urn),
    ofNodes: ({ urn }) => [stack.named(urn)?.urn ?? urn],
  };
}

function read(rule: Resource, direction: keyof typeof kinds, stack: Stack): Opening {
  const { fromPort, toPort, ipProtocol, cidrIpv4 } = rule.properties;
  const any = ipProtocol === "-1";
  const known = ipProtocol === "tcp" && typeof fromPort === "number" && typeof toPort === "number";
  return {
    direction,
    group: determined(rule, "securityGroupId", stack),
    other: determined(rule, "referencedSecurityGroupId", stack),
    cidr: cidrIpv4,
    ports: any ? [0, 65535] : known ? [fromPort, toPort] : [1, 0],
  };
}

/** The one that determines a property; undefined where several may, or none does. */
function determined(rule: Resource, property: string, stack: Stack): string | undefined {
  if (rule.properties[property] === undefined) return undefined;
  const urns = new Set(
    (rule.propertyDependencies[property] ?? []).map((urn) => stack.named(urn)?.urn ?? urn),
  );
  return urns.size === 1 ? [...urns][0] : undefined;
}
