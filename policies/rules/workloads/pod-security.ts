import { show } from "../../model/expectation";
import { at, type Properties } from "../../model/resource";
import type { RuleDefinition } from "../../model/rule";

/** Node exporters read their node's own files; everything else runs restricted. */
const levels: Record<string, string> = {
  database: "restricted",
  "mini-xdr": "restricted",
  monitoring: "privileged",
};

export default {
  name: "pod-security",
  severity: "high",
  from: "starter",
  demands: "A namespace enforces restricted pods, but for the one of the node exporters.",
  reason: "A pod that is not restricted can take its node along.",
  needs: "resource",
  types: ["kubernetes:core/v1:Namespace"],
  judge: ({ properties }) => {
    const name = String(at(properties, "metadata.name"));
    const labels = at(properties, "metadata.labels") as Properties | undefined;
    const level = labels?.["pod-security.kubernetes.io/enforce"];
    if (!Object.hasOwn(levels, name)) return [`the namespace ${name} is not declared in this rule`];
    return level === levels[name]
      ? []
      : [`pod-security.kubernetes.io/enforce is ${show(level)}; it must be ${levels[name]}`];
  },
} satisfies RuleDefinition;
