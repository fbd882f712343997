import type { RuleDefinition } from "../../model/rule";

/** What @pulumi/eks ignores by itself: both count only when the cluster is created. */
const creationOnly = [
  "accessConfig.bootstrapClusterCreatorAdminPermissions",
  "bootstrapSelfManagedAddons",
];

export default {
  name: "changes-applied",
  severity: "high",
  from: "starter",
  demands: "No change is ignored (the option ignoreChanges).",
  reason: "What the program says would then no longer be what runs, and no rule would see it.",
  needs: "resource",
  types: "all",
  judge: ({ type, ignoreChanges }) => {
    const allowed = type === "aws:eks/cluster:Cluster" ? creationOnly : [];
    const ignored = ignoreChanges.filter((path) => !allowed.includes(path));
    return ignored.length === 0 ? [] : [`ignoreChanges is ${ignored.join(", ")}; it must be empty`];
  },
} satisfies RuleDefinition;
