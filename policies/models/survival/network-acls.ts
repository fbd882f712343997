import { at, list, numberAt, type Resource, type Stack } from "../../model/resource";
import { subnetType } from "../../model/routes";
import { holds, overlap } from "./cidr";

const aclType = "aws:ec2/networkAcl:NetworkAcl";
const defaultType = "aws:ec2/defaultNetworkAcl:DefaultNetworkAcl";
const ruleType = "aws:ec2/networkAclRule:NetworkAclRule";
const associationType = "aws:ec2/networkAclAssociation:NetworkAclAssociation";

/** Ports from which a client's system asks, and to which the answer goes. */
const clients: Ports = [1024, 65535];

type Ports = [from: number, to: number];
type Direction = "ingress" | "egress";

/** One end of a connection: a subnet, or everybody. */
export type End = Resource | "internet";

interface AclRule {
  direction: Direction;
  number: number;
  allows: boolean;
  /** Whether it is about TCP at all. */
  concerns: boolean;
  cidr: unknown;
  ports: Ports;
}

/** Network ACLs have no memory: what asks has to be let through both ways, and so has the answer. */
export interface NetworkAcls {
  /** The ACL that stops a connection from one end to another; undefined: none does. */
  stops(from: End, to: End, port: number): Resource | undefined;
}

/** Reads every ACL once. Without one of the stack's own AWS's lets everything through. */
export function networkAcls(stack: Stack): NetworkAcls {
  const acls = stack.ofType(aclType, defaultType);
  if (acls.length === 0) return { stops: () => undefined };
  const rules = new Map(acls.map((acl) => [acl, rulesOf(acl, stack)]));
  const aclOf = new Map(stack.ofType(subnetType).map((subnet) => [subnet, find(subnet, stack)]));
  const passes = (end: End, direction: Direction, cidr: unknown, ports: Ports) => {
    const acl = end === "internet" ? undefined : aclOf.get(end);
    return !acl || allowed(rules.get(acl)!, direction, cidr, ports) ? undefined : acl;
  };
  return {
    stops: (from, to, port) => {
      if (from === to) return undefined;
      const [asking, asked] = [from, to].map(addresses);
      return (
        passes(from, "egress", asked, [port, port]) ??
        passes(to, "ingress", asking, [port, port]) ??
        passes(to, "egress", asking, clients) ??
        passes(from, "ingress", asked, clients)
      );
    },
  };
}

function addresses(end: End): unknown {
  return end === "internet" ? "0.0.0.0/0" : end.properties.cidrBlock;
}

function find(subnet: Resource, stack: Stack): Resource | undefined {
  const [association] = stack.pointingAt(subnet, associationType, "subnetId");
  const associated = association && stack.behind(association, "networkAclId", aclType)[0];
  return (
    associated ?? stack.pointingAt(subnet, aclType, "subnetIds")[0] ?? stack.ofType(defaultType)[0]
  );
}

function rulesOf(acl: Resource, stack: Stack): AclRule[] {
  const inline = (["ingress", "egress"] as const).flatMap((direction) =>
    list(acl.properties, direction).map((rule) =>
      read(rule, direction, numberAt(rule, "ruleNo"), at(rule, "action")),
    ),
  );
  const separate = stack
    .pointingAt(acl, ruleType, "networkAclId")
    .map(({ properties }) =>
      read(
        properties,
        properties.egress === true ? "egress" : "ingress",
        numberAt(properties, "ruleNumber"),
        properties.ruleAction,
      ),
    );
  return [...inline, ...separate].sort((a, b) => a.number - b.number);
}

function read(rule: unknown, direction: Direction, number: number, action: unknown): AclRule {
  const protocol = String(at(rule, "protocol"));
  const every = protocol === "-1" || protocol === "all";
  return {
    direction,
    number,
    allows: action === "allow",
    concerns: every || protocol === "6" || protocol === "tcp",
    cidr: at(rule, "cidrBlock"),
    ports: every ? [0, 65535] : [numberAt(rule, "fromPort"), numberAt(rule, "toPort")],
  };
}

/** The first rule that has a say decides; what none has a say in is denied. */
function allowed(rules: AclRule[], direction: Direction, cidr: unknown, wanted: Ports): boolean {
  for (const { direction: way, allows, concerns, cidr: range, ports } of rules) {
    if (way !== direction || !concerns || range === undefined) continue;
    const whole = holds(range, cidr) && ports[0] <= wanted[0] && wanted[1] <= ports[1];
    if (allows && whole) return true;
    const part = overlap(range, cidr) && !(ports[0] > wanted[1] || ports[1] < wanted[0]);
    if (!allows && part) return false;
  }
  return false;
}
