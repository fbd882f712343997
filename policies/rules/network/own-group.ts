import type { RuleDefinition } from "../../model/rule";

const group = "aws:ec2/securityGroup:SecurityGroup";
/** What stands in a security group, the property that says so, and the group that the rules let in. */
const groups: Record<string, { property: string; name: string }> = {
  "aws:rds/cluster:Cluster": { property: "vpcSecurityGroupIds", name: "database-security-group" },
  "aws:rds/instance:Instance": { property: "vpcSecurityGroupIds", name: "database-security-group" },
  "aws:elasticache/replicationGroup:ReplicationGroup": {
    property: "securityGroupIds",
    name: "cache-security-group",
  },
  "aws:lb/loadBalancer:LoadBalancer": { property: "securityGroups", name: "edge-security-group" },
};

export default {
  name: "own-group",
  severity: "critical",
  from: "starter",
  demands:
    "Database, cache and load balancer stand in the security group that traffic is let into.",
  reason: "In another group nobody reaches them, however right the rules of theirs are.",
  needs: "stack",
  types: Object.keys(groups),
  judge: (resource, stack) => {
    const { property, name } = groups[resource.type]!;
    const found = stack.behind(resource, property, group).map((one) => one.name);
    return found.join() === name
      ? []
      : [`${property} leads to ${found.join(", ") || "no group"}; it must be ${name} alone`];
  },
} satisfies RuleDefinition;
