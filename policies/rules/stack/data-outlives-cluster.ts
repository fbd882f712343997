import type { Resource, Stack } from "../../model/resource";
import type { RuleDefinition } from "../../model/rule";

const cluster = ["eks:index:Cluster", "aws:eks/cluster:Cluster", "pulumi:providers:kubernetes"];

export default {
  name: "data-outlives-cluster",
  severity: "critical",
  from: "starter",
  demands:
    "Nothing that holds data or the users' address depends on the cluster, directly or through anything else.",
  reason: "Losing the cluster would otherwise take it along, or change the address.",
  needs: "stack",
  types: [
    "aws:rds/cluster:Cluster",
    "aws:rds/instance:Instance",
    "aws:elasticache/replicationGroup:ReplicationGroup",
    "aws:s3/bucket:Bucket",
    "aws:kms/key:Key",
    "aws:secretsmanager/secret:Secret",
    "aws:lb/loadBalancer:LoadBalancer",
    "aws:lb/targetGroup:TargetGroup",
    "aws:route53/record:Record",
    "aws:ec2/vpc:Vpc",
    "aws:ec2/subnet:Subnet",
  ],
  judge: (resource, stack) => {
    const reached = reach(resource, stack);
    return reached
      ? [`it depends on ${reached.name}, so it is lost or changed with the cluster`]
      : [];
  },
} satisfies RuleDefinition;

/** The cluster, if a resource depends on it: by a dependency, its provider or a parent. */
function reach(resource: Resource, stack: Stack): Resource | undefined {
  const seen = new Set<string>();
  const waiting = next(resource);
  for (let urn = waiting.pop(); urn !== undefined; urn = waiting.pop()) {
    if (seen.has(urn)) continue;
    seen.add(urn);
    const found = stack.get(urn);
    if (found && cluster.includes(found.type)) return found;
    if (found) waiting.push(...next(found));
  }
  return undefined;
}

function next({ parent, dependencies, propertyDependencies }: Resource): string[] {
  return [
    ...dependencies,
    ...Object.values(propertyDependencies).flat(),
    ...(parent ? [parent] : []),
  ];
}
