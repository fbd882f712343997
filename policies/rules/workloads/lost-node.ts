import { deployment, podSpec } from "../../model/kubernetes";
import { at, list } from "../../model/resource";
import type { RuleDefinition } from "../../model/rule";

const taints = ["node.kubernetes.io/unreachable", "node.kubernetes.io/not-ready"];

export default {
  name: "lost-node",
  severity: "high",
  from: "starter",
  demands: "Pods of a lost node are replaced within a minute.",
  reason: "Kubernetes waits five minutes by default, with a zone's worth of pods missing.",
  needs: "release",
  // The volume of a stateful set's pod stays with its zone, so an early successor gains nothing.
  types: [deployment],
  judge: (workload) => [
    ...list(podSpec(workload), "tolerations")
      .filter((toleration) => at(toleration, "key") === undefined)
      .map(() => "a toleration without a key keeps its pods on nodes that are leaving"),
    ...taints
      .filter(
        (taint) =>
          !list(podSpec(workload), "tolerations").some((toleration) => leaves(toleration, taint)),
      )
      .map((taint) => `no toleration of ${taint} (NoExecute) ends after 10 to 60 s`),
  ],
} satisfies RuleDefinition;

function leaves(toleration: unknown, taint: string): boolean {
  const seconds = at(toleration, "tolerationSeconds");
  return (
    at(toleration, "key") === taint &&
    at(toleration, "effect") === "NoExecute" &&
    typeof seconds === "number" &&
    seconds >= 10 &&
    seconds <= 60
  );
}
