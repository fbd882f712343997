import {
  containers,
  deployment,
  isBehindLoadBalancer,
  preStopSeconds,
} from "../../model/kubernetes";
import { show } from "../../model/expectation";
import { at, numberAt } from "../../model/resource";
import type { RuleDefinition } from "../../model/rule";

/** The controller's own reaction, before the load balancer is even told. */
const reaction = 10;

export default {
  name: "load-balancer-drain",
  severity: "critical",
  from: "starter",
  demands:
    "Behind the load balancer, pods outlive their deregistration, and successors are seen healthy before old pods leave.",
  reason:
    "Else the load balancer sends requests to pods that are gone, or has none to send them to.",
  needs: "stack",
  types: [deployment],
  judge: (workload, stack) => {
    if (!isBehindLoadBalancer(workload, stack)) return [];
    const groups = stack
      .ofType("aws:lb/targetGroup:TargetGroup")
      .map(({ properties }) => properties);
    const worst = (value: (group: Record<string, unknown>) => number) =>
      Math.max(...groups.map(value));
    const drained = worst((group) => numberAt(group, "deregistrationDelay")) + reaction;
    const seen =
      worst(
        (group) =>
          numberAt(group, "healthCheck.interval") * numberAt(group, "healthCheck.healthyThreshold"),
      ) + reaction;
    if (groups.length === 0 || Number.isNaN(drained + seen))
      return ["its target group's delays cannot be read"];
    const sleep = Math.max(
      0,
      ...containers(workload).map((container) => preStopSeconds(container) ?? 0),
    );
    const ready = at(workload.properties, "spec.minReadySeconds");
    return [
      ...(sleep >= drained
        ? []
        : [
            `its preStop sleep is ${sleep} s; it must be ${drained} (deregistration and ${reaction} s) or more`,
          ]),
      ...(typeof ready === "number" && ready >= seen
        ? []
        : [
            `minReadySeconds is ${show(ready)}; it must be ${seen} (health interval × threshold and ${reaction} s) or more`,
          ]),
    ];
  },
} satisfies RuleDefinition;
