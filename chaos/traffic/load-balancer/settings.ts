import type { Plan, PlannedResource } from "../../../plan/plan";

/** How a target group finds out whether its targets live. Times in seconds. */
export interface HealthCheck {
  path: string;
  interval: number;
  timeout: number;
  healthyThreshold: number;
  unhealthyThreshold: number;
  /** Codes that pass: `200`, `200,202`, `200-299`. */
  matcher: string;
}

/** What the load balancer has to know of a target group. */
export interface TargetGroupSettings {
  /** The name, which is also a part of its ARN. */
  name: string;
  healthCheck: HealthCheck;
  /** Seconds that open requests of a target that leaves may still take. */
  deregistrationDelay: number;
}

/** A listener's rule: a request whose path fits a pattern goes to the group, or gets this status. */
export type Rule = { paths: string[] } & ({ group: string } | { status: number });

/** A load balancer of one listener. Times in seconds. */
export interface LoadBalancerSettings {
  groups: TargetGroupSettings[];
  /** In the order in which they are tried. */
  rules: Rule[];
  /** The group of requests that no rule takes. */
  defaultGroup: string;
  /** After this long without a byte a connection ends, and an unanswered request is a 504. */
  idleTimeout: number;
  /** A target that does not take a connection for so long is a 504; AWS: 10, and no setting. */
  connectTimeout: number;
  /** What clients of the listener speak, for `X-Forwarded-Proto` and `-Port`. */
  listener: { protocol: string; port: number };
}

interface Action {
  type: string;
  targetGroupArn?: string;
  fixedResponse?: { statusCode: string };
}

/**
 * The planned load balancer.
 *
 * @throws Error when the plan has what this stand-in does not do.
 */
export function plannedLoadBalancer(plan: Plan): LoadBalancerSettings {
  const of = (type: string) => plan.resources.filter((resource) => resource.type === type);
  const listeners = of("aws:lb/listener:Listener").filter(
    ({ inputs }) => (inputs.defaultActions as Action[])[0]!.type === "forward",
  );
  const [balancer, ...others] = of("aws:lb/loadBalancer:LoadBalancer");
  if (!balancer || others.length > 0 || listeners.length !== 1)
    throw new Error("the plan has not one load balancer with one listener that forwards");
  const { protocol, port, defaultActions } = listeners[0]!.inputs;
  return {
    groups: of("aws:lb/targetGroup:TargetGroup").map(targetGroup),
    rules: of("aws:lb/listenerRule:ListenerRule")
      .toSorted((a, b) => Number(a.inputs.priority) - Number(b.inputs.priority))
      .map(rule),
    defaultGroup: forwardedTo(defaultActions as Action[]),
    idleTimeout: Number(balancer.inputs.idleTimeout),
    connectTimeout: 10,
    listener: { protocol: String(protocol).toLowerCase(), port: Number(port) },
  };
}

/** The name in a target group's ARN: `arn:…:targetgroup/NAME/ID`. */
export function groupOfArn(arn: string): string {
  const name = /:targetgroup\/([^/]+)\//.exec(arn)?.[1];
  if (!name) throw new Error(`${arn} is no ARN of a target group`);
  return name;
}

function targetGroup({ name, inputs }: PlannedResource): TargetGroupSettings {
  const algorithm = inputs.loadBalancingAlgorithmType;
  if (inputs.targetType !== "ip" || algorithm !== "least_outstanding_requests")
    throw new Error(`${name}: the stand-in has addresses and least_outstanding_requests only`);
  return {
    name: String(inputs.name),
    healthCheck: inputs.healthCheck as HealthCheck,
    deregistrationDelay: Number(inputs.deregistrationDelay),
  };
}

function rule({ name, inputs }: PlannedResource): Rule {
  const conditions = inputs.conditions as { pathPattern?: { values: string[] } }[];
  if (conditions.length !== 1 || !conditions[0]!.pathPattern)
    throw new Error(`${name}: the stand-in knows rules by path only`);
  const paths = conditions[0]!.pathPattern.values;
  const actions = inputs.actions as Action[];
  const { type, fixedResponse } = actions[0]!;
  return type === "fixed-response"
    ? { paths, status: Number(fixedResponse!.statusCode) }
    : { paths, group: forwardedTo(actions) };
}

function forwardedTo(actions: Action[]): string {
  if (actions.length !== 1 || !actions[0]!.targetGroupArn)
    throw new Error("the stand-in forwards to one target group only");
  return groupOfArn(actions[0]!.targetGroupArn);
}
