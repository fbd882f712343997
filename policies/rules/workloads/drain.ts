import {
  containers,
  deployment,
  isBehindLoadBalancer,
  podSpec,
  preStopSeconds,
  servicesOf,
} from "../../model/kubernetes";
import { show } from "../../model/expectation";
import { at } from "../../model/resource";
import type { RuleDefinition } from "../../model/rule";

/** Until every node, or the load balancer, has learnt that a pod is leaving. */
const learned = { service: 5, loadBalancer: 15 };
/** For the requests that are then still running. */
const finish = 10;

export default {
  name: "drain",
  severity: "critical",
  from: "starter",
  demands: `A pod that leaves keeps serving for ${learned.service} seconds, ${learned.loadBalancer} behind the load balancer, and has ${finish} more to finish.`,
  reason:
    "New requests still arrive until everybody has learnt that it is gone; each of them would fail.",
  needs: "release",
  types: [deployment],
  judge: (workload, stack) => {
    if (servicesOf(workload, stack).length === 0) return [];
    const least = isBehindLoadBalancer(workload, stack) ? learned.loadBalancer : learned.service;
    const longest = Math.max(
      0,
      ...containers(workload).map((container) => preStopSeconds(container) ?? 0),
    );
    const grace = at(podSpec(workload), "terminationGracePeriodSeconds");
    return [
      ...(longest >= least
        ? []
        : [`its longest preStop sleep is ${longest} s; it must be ${least} or more`]),
      ...(typeof grace === "number" && grace >= longest + finish
        ? []
        : [
            `terminationGracePeriodSeconds is ${show(grace)}; it must be ${longest + finish} or more`,
          ]),
    ];
  },
} satisfies RuleDefinition;
