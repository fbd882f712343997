import {
  boundServices,
  containers,
  deployment,
  monitoredServices,
  service,
  serviceMonitor,
  targetGroupBinding,
  workloadsOf,
} from "../../model/kubernetes";
import { at, list, type Resource, type Stack } from "../../model/resource";
import { show } from "../../model/expectation";
import type { RuleDefinition } from "../../model/rule";

const probes = ["startupProbe", "readinessProbe", "livenessProbe"];

export default {
  name: "ports-lead",
  severity: "critical",
  from: "starter",
  demands:
    "A port of a service leads to the same port of its pods, a monitor's and a binding's to one of the service, a probe to its own container.",
  reason:
    "A port where nobody listens, or somebody else does, fails no probe of the pod: traffic, or figures, simply stop.",
  needs: "release",
  types: [service, serviceMonitor, targetGroupBinding, deployment],
  judge: (resource, stack) => {
    // Charts of others are declared by a map of their values, which has no ports.
    if (resource.type === service) return ofService(resource, stack);
    if (resource.type === deployment) return ofProbes(resource);
    const lead = resource.type === serviceMonitor ? monitoredServices : boundServices;
    const [found] = lead(resource, stack);
    const open = list(found?.properties, "spec.ports").flatMap((port) => [
      at(port, "name"),
      at(port, "port"),
    ]);
    const named =
      resource.type === serviceMonitor
        ? list(resource.properties, "spec.endpoints").map((endpoint) => at(endpoint, "port"))
        : [at(resource.properties, "spec.serviceRef.port")];
    return named
      .filter((port) => port === undefined || !open.includes(port))
      .map((port) => `it names the port ${show(port)}, which its service does not have`);
  },
} satisfies RuleDefinition;

function ofService(found: Resource, stack: Stack): string[] {
  const workload = workloadsOf(found, stack).find(({ type }) => type === deployment);
  if (!workload) return [];
  const open = containers(workload).flatMap((container) => list(container, "ports"));
  return list(found.properties, "spec.ports").flatMap((port) => {
    const target = at(port, "targetPort") ?? at(port, "port");
    const leads = open.find(
      (one) => at(one, "name") === target || at(one, "containerPort") === target,
    );
    const number = at(leads, "containerPort");
    return number !== undefined && number === at(port, "port")
      ? []
      : [
          `its port ${show(at(port, "port"))} leads to ${show(number ?? target)}; it must be the same port of its pods`,
        ];
  });
}

function ofProbes(workload: Resource): string[] {
  return containers(workload).flatMap((container) => {
    const open = list(container, "ports").flatMap((port) => [
      at(port, "name"),
      at(port, "containerPort"),
    ]);
    return probes.flatMap((kind) => {
      const asked =
        at(container, `${kind}.httpGet.port`) ?? at(container, `${kind}.tcpSocket.port`);
      return open.length === 0 || asked === undefined || open.includes(asked)
        ? []
        : [`its ${kind} asks the port ${show(asked)}, which is none of its container's`];
    });
  });
}
