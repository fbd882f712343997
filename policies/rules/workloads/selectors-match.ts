import { selects, service, targetGroupBinding } from "../../model/kubernetes";
import { at, type Properties, type Resource, type Stack } from "../../model/resource";
import type { RuleDefinition } from "../../model/rule";

const monitor = "kubernetes:monitoring.coreos.com/v1:ServiceMonitor";
const workloadTypes = ["apps/v1:Deployment", "apps/v1:StatefulSet", "batch/v1:Job"].map(
  (type) => `kubernetes:${type}`,
);

export default {
  name: "selectors-match",
  severity: "critical",
  from: "starter",
  demands:
    "A service selects the pods of one workload, a monitor or a binding to the load balancer one service of its release.",
  reason: "One that selects nothing is no error to Kubernetes: traffic, or figures, simply stop.",
  needs: "release",
  types: [service, monitor, targetGroupBinding],
  judge: (resource, stack) => {
    const selected = selectedBy(resource, stack);
    return selected.length === 1
      ? []
      : [
          `it selects ${selected.length === 0 ? "nothing" : selected.map(({ name }) => name).join(", ")} of its release; it must be one`,
        ];
  },
} satisfies RuleDefinition;

function selectedBy(resource: Resource, stack: Stack): Resource[] {
  if (resource.type === service) return workloads(resource, stack);
  if (resource.type === monitor) return services(resource, stack);
  const name = at(resource.properties, "spec.serviceRef.name");
  return stack
    .beside(resource, service)
    .filter(({ properties }) => name !== undefined && at(properties, "metadata.name") === name);
}

function workloads(found: Resource, stack: Stack): Resource[] {
  const selector = { matchLabels: at(found.properties, "spec.selector") };
  return stack.beside(found, ...workloadTypes).filter((workload) => selects(selector, workload));
}

function services(found: Resource, stack: Stack): Resource[] {
  const wanted = Object.entries(
    (at(found.properties, "spec.selector.matchLabels") ?? {}) as Properties,
  );
  return stack
    .beside(found, service)
    .filter(
      ({ properties }) =>
        wanted.length > 0 &&
        wanted.every(
          ([key, value]) =>
            (at(properties, "metadata.labels") as Properties | undefined)?.[key] === value,
        ),
    );
}
