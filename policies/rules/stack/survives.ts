import type { RuleDefinition } from "../../model/rule";
import { violations } from "../../models/chain";
import { survival } from "../../models/survival/survival";

export default {
  name: "survives",
  severity: "critical",
  from: "starter",
  demands:
    "Whatever single thing is lost (a zone, a node, a pod, a server, a gateway, a subnet), users still reach page and API, the API its data, pods AWS, with the pods that disruption budgets promise.",
  reason:
    "Each part may be doubled and the path through them still be one: a route to another zone, a range that leaves out a subnet, a quota that stops successors.",
  needs: "stack",
  types: ["pulumi:pulumi:Stack"],
  judge: (_, stack, settings) => violations(survival.lines(stack, settings)),
} satisfies RuleDefinition;
