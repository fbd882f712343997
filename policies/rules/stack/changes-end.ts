import { violations } from "../../models/chain";
import { change } from "../../models/change";
import type { RuleDefinition } from "../../model/rule";

export default {
  name: "changes-end",
  severity: "critical",
  from: "starter",
  demands:
    "Every rollout ends within its release's time, is decided by what the pods alone can tell, and is undone when it fails.",
  reason:
    "A rollout that stands still keeps two versions running; one that cannot be undone has to be mended under load.",
  needs: "stack",
  types: ["pulumi:pulumi:Stack"],
  judge: (_, stack, settings) => violations(change.lines(stack, settings)),
} satisfies RuleDefinition;
