import { ofCopies } from "../../model/alone";
import { bucketType } from "../../model/buckets";
import { show } from "../../model/expectation";
import { ownRegion, regionOf } from "../../model/region";
import { at, list, unknown, type Resource, type Stack } from "../../model/resource";
import type { RuleDefinition } from "../../model/rule";

const replication = "aws:s3/bucketReplicationConfig:BucketReplicationConfig";
const secret = "aws:secretsmanager/secret:Secret";
const images = "aws:ecr/replicationConfiguration:ReplicationConfiguration";
const dumps = "aws:rds/instanceAutomatedBackupsReplication:InstanceAutomatedBackupsReplication";

export default ofCopies({
  name: "copies-elsewhere",
  severity: "critical",
  from: "pro",
  demands: "Copies of backups, images and secrets are in another Region than the stack's own.",
  reason: "A copy in the same Region is lost with it; whether it says so or says nothing.",
  needs: "stack",
  types: [replication, secret, images, dumps],
  judge: (resource, stack) => {
    const own = ownRegion(stack);
    const regions = regionsOf(resource, stack);
    if (regions.length === 0) return ["it names no Region for a copy"];
    return regions
      .filter((region) => region !== unknown && (typeof region !== "string" || region === own))
      .map((region) => `its copy is in ${show(region)}; it must be another Region than ${own}`);
  },
} satisfies RuleDefinition);

function regionsOf(resource: Resource, stack: Stack): unknown[] {
  const { type, properties } = resource;
  if (type === replication) {
    const source = stack.behind(resource, "bucket", bucketType);
    return stack
      .behind(resource, "rules", bucketType)
      .filter((bucket) => !source.includes(bucket))
      .map((bucket) => regionOf(bucket, stack));
  }
  if (type === secret) return list(properties, "replicas").map((copy) => at(copy, "region"));
  if (type === dumps) return [properties.region];
  return list(properties, "replicationConfiguration.rules").flatMap((rule) =>
    list(rule, "destinations").map((destination) => at(destination, "region")),
  );
}
