import type { RuleDefinition } from "../../model/rule";

export default {
  name: "data-protected",
  severity: "critical",
  from: "starter",
  demands:
    "Pulumi itself refuses to delete what holds data or the users' address (the option protect).",
  reason: "A change that replaces a database is a plan like any other, until it has run.",
  needs: "resource",
  types: [
    "aws:rds/cluster:Cluster",
    "aws:rds/instance:Instance",
    "aws:rds/instanceAutomatedBackupsReplication:InstanceAutomatedBackupsReplication",
    "aws:kms/key:Key",
    "aws:kms/replicaKey:ReplicaKey",
    "aws:secretsmanager/secret:Secret",
    "aws:lb/loadBalancer:LoadBalancer",
  ],
  judge: ({ protect }) => (protect ? [] : ["the option protect is false; it must be true"]),
} satisfies RuleDefinition;
