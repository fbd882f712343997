import {
  boundServices,
  monitoredServices,
  service,
  serviceMonitor,
  targetGroupBinding,
  workloadsOf,
} from "../../model/kubernetes";
import type { Resource, Stack } from "../../model/resource";
import type { RuleDefinition } from "../../model/rule";

export default {
  name: "selectors-match",
  severity: "critical",
  from: "starter",
  demands:
    "A service selects the pods of one workload, a monitor or a binding to the load balancer one service of its release.",
  reason: "One that selects nothing is no error to Kubernetes: traffic, or figures, simply stop.",
  needs: "release",
  types: [service, serviceMonitor, targetGroupBinding],
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
  if (resource.type === service) return workloadsOf(resource, stack);
  if (resource.type === serviceMonitor) return monitoredServices(resource, stack);
  return boundServices(resource, stack);
}
