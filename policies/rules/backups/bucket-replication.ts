import { ofCopies } from "../../model/alone";
import { bucketType, configures, holdsData } from "../../model/buckets";
import { equals, isAssigned, isObject, mismatch } from "../../model/expectation";
import { list, type Resource } from "../../model/resource";
import type { RuleDefinition } from "../../model/rule";

const replication = "aws:s3/bucketReplicationConfig:BucketReplicationConfig";

export default ofCopies({
  name: "bucket-replication",
  severity: "critical",
  from: "pro",
  demands: "A bucket with data is copied to another Region within 15 minutes, or is such a copy.",
  reason: "The copy is all that is left of a DB cluster when its Region is lost.",
  needs: "stack",
  types: [bucketType],
  judge: (bucket, stack) => {
    if (!holdsData(bucket, stack)) return [];
    const copies = stack.pointingAt(bucket, replication, "rules");
    if (copies.length > 0) return [];
    const config = configures(bucket, "BucketReplicationConfig", stack);
    if (!config) return ["no BucketReplicationConfig copies it"];
    const [target] = stack.behind(config, "rules", bucketType);
    return [
      ...problems(config),
      ...(elsewhere(bucket, target) ? [] : ["its copy is not in another Region"]),
    ];
  },
} satisfies RuleDefinition);

function problems({ properties }: Resource): string[] {
  if (list(properties, "rules").length !== 1)
    return ["it must have one replication rule, for everything"];
  const rule = (path: string) => `rules.0.${path}`;
  return [
    mismatch(properties, "role", isAssigned),
    mismatch(properties, rule("status"), equals("Enabled")),
    mismatch(properties, rule("filter.prefix"), equals("")),
    mismatch(properties, rule("destination.bucket"), isAssigned),
    mismatch(properties, rule("destination.encryptionConfiguration"), isObject),
    mismatch(properties, rule("destination.encryptionConfiguration.replicaKmsKeyId"), isAssigned),
    mismatch(
      properties,
      rule("sourceSelectionCriteria.sseKmsEncryptedObjects.status"),
      equals("Enabled"),
    ),
    mismatch(properties, rule("deleteMarkerReplication.status"), equals("Disabled")),
    mismatch(properties, rule("destination.replicationTime.status"), equals("Enabled")),
    mismatch(properties, rule("destination.replicationTime.time.minutes"), equals(15)),
    mismatch(properties, rule("destination.metrics.status"), equals("Enabled")),
  ].filter((problem) => problem !== undefined);
}

/** Absent, a Region is the stack's own. */
function elsewhere(bucket: Resource, target: Resource | undefined): boolean {
  const region = target?.properties.region;
  return typeof region === "string" && region !== bucket.properties.region;
}
