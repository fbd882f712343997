import { bare } from "../../model/kubernetes";
import type { RuleDefinition } from "../../model/rule";

export default {
  name: "rollout",
  severity: "critical",
  from: "starter",
  demands: "Pods belong to a Deployment, a StatefulSet or a DaemonSet.",
  reason: "A bare pod is gone with its node; a bare replica set is never rolled out.",
  needs: "resource",
  types: bare,
  judge: () => ["it has no rollout; make it a Deployment or a StatefulSet"],
} satisfies RuleDefinition;
