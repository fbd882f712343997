import type { RuleDefinition } from "../../model/rule";
import { violations } from "../../models/chain";
import { recovery } from "../../models/recovery";

export default {
  name: "restores",
  severity: "critical",
  from: "starter",
  demands:
    "Every datum has a copy that is young enough, readable, elsewhere too, verified, and told of when it fails.",
  reason: "A backup is as good as the weakest link between the data and its restore.",
  needs: "stack",
  types: ["pulumi:pulumi:Stack"],
  judge: (_, stack, settings) => violations(recovery.lines(stack, settings)),
} satisfies RuleDefinition;
