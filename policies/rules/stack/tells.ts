import type { RuleDefinition } from "../../model/rule";
import { violations } from "../../models/chain";
import { detection } from "../../models/detection";

export default {
  name: "tells",
  severity: "critical",
  from: "starter",
  demands:
    "Every fault of policies/declared/faults leads to whoever has to hear of it: figure, alarm or rule, topic or route, receiver.",
  reason: "A chain of watching that is cut anywhere looks like a stack without faults.",
  needs: "stack",
  types: ["pulumi:pulumi:Stack"],
  judge: (_, stack, settings) => violations(detection.lines(stack, settings)),
} satisfies RuleDefinition;
