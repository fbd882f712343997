import { servicesOf, targetGroupBinding, replicated } from "../../model/kubernetes";
import { poolers } from "../../model/pooler";
import { at, list, numberAt, type Resource, type Stack } from "../../model/resource";
import type { Gap } from "./gap";
import { theOneBehind } from "./group";
import { namespaceOf, portCalled } from "./pods";

const listenerType = "aws:lb/listener:Listener";
const ruleType = "aws:lb/listenerRule:ListenerRule";
const targetGroupType = "aws:lb/targetGroup:TargetGroup";

/** Pods behind a port. */
export interface Target {
  workload: Resource;
  port: number;
}

/** What users use: which pods answer what. */
export interface Service {
  page: Target[];
  api: Target[];
  poolers: Target[];
  /** What of it cannot be found. */
  gaps: Gap[];
}

/** The service of a stack, from its load balancers to its poolers. */
export function serviceOf(balancers: Resource[], stack: Stack): Service {
  const listeners = balancers.flatMap((balancer) =>
    stack
      .pointingAt(balancer, listenerType, "loadBalancerArn")
      .filter(({ properties }) => properties.protocol === "HTTPS"),
  );
  const rules = listeners
    .flatMap((listener) => stack.pointingAt(listener, ruleType, "listenerArn"))
    .filter(({ properties }) => list(properties, "actions").some(isForward));
  const page = listeners.map((listener) => targetOf(listener, "defaultActions", stack));
  const api = rules.map((rule) => targetOf(rule, "actions", stack));
  const pools = poolers(stack).map((pooler) => {
    const port = numberAt(pooler.settings, "listen_port");
    return pooler.pods && !Number.isNaN(port)
      ? reached(pooler.pods, port, stack)
      : gap(pooler.configuration, "no pods with a listen_port read it");
  });
  const found = [...page, ...api, ...pools];
  const missing = (none: boolean, path: string): Gap[] =>
    none ? [{ resource: balancers[0], path, because: "nothing of the stack leads there" }] : [];
  return {
    page: page.filter(isTarget),
    api: api.filter(isTarget),
    poolers: pools.filter(isTarget),
    gaps: [
      ...found.filter(isGap),
      ...missing(page.length === 0, "users reach no page"),
      ...missing(api.length === 0, "users reach no API"),
      ...missing(pools.length === 0, "the API reaches no pooler"),
    ],
  };
}

function isTarget(found: Target | Gap): found is Target {
  return "workload" in found;
}

function isGap(found: Target | Gap): found is Gap {
  return !isTarget(found);
}

function isForward(action: unknown): boolean {
  return at(action, "type") === "forward";
}

function gap(resource: Resource, because: string): Gap {
  return { resource, path: `${resource.name} leads to no pods`, because };
}

/** The pods that a listener, or a rule of it, sends requests to. */
function targetOf(from: Resource, property: string, stack: Stack): Target | Gap {
  const group = theOneBehind(from, property, targetGroupType, stack);
  if (!group) return gap(from, `${property} does not lead to one target group of the stack`);
  const name = group.properties.name;
  // The ARN exists only after creation; the committed objects have one that names the group.
  const [binding] = stack
    .ofType(targetGroupBinding)
    .filter(
      ({ properties }) =>
        /:targetgroup\/([^/]+)\//.exec(text(at(properties, "spec.targetGroupARN")))?.[1] === name,
    );
  if (!binding) return gap(group, "no TargetGroupBinding names it");
  const reference = at(binding.properties, "spec.serviceRef");
  for (const workload of stack.beside(binding, ...replicated))
    for (const service of servicesOf(workload, stack)) {
      if (namespaceOf(service) !== namespaceOf(binding)) continue;
      if (at(service.properties, "metadata.name") !== at(reference, "name")) continue;
      const entry = list(service.properties, "spec.ports").find((port) =>
        [at(port, "name"), at(port, "port")].includes(at(reference, "port")),
      );
      const port = numberOf(at(entry, "targetPort") ?? at(entry, "port"), workload);
      if (port !== undefined) return { workload, port };
    }
  return gap(binding, "its serviceRef leads to no port of pods");
}

/** A pooler's pods, as long as a service sends its clients there. */
function reached(workload: Resource, port: number, stack: Stack): Target | Gap {
  const led = servicesOf(workload, stack)
    .flatMap(({ properties }) => list(properties, "spec.ports"))
    .some((entry) => numberOf(at(entry, "targetPort") ?? at(entry, "port"), workload) === port);
  return led ? { workload, port } : gap(workload, `no service leads to its port ${port}`);
}

function numberOf(port: unknown, workload: Resource): number | undefined {
  if (typeof port === "number") return port;
  return typeof port === "string" ? portCalled(workload, port) : undefined;
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}
