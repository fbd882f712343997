import { regionOf } from "../../model/region";
import type { Resource, Stack } from "../../model/resource";
import type { RuleDefinition } from "../../model/rule";
import { show } from "../../model/expectation";

const key = "aws:kms/key:Key";
const replication = "aws:s3/bucketReplicationConfig:BucketReplicationConfig";
/** What is encrypted, and the property that says with which key. */
const encrypted: Record<string, string> = {
  "aws:sns/topic:Topic": "kmsMasterKeyId",
  "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": "rules",
  "aws:rds/cluster:Cluster": "kmsKeyId",
  "aws:rds/instance:Instance": "kmsKeyId",
  "aws:elasticache/replicationGroup:ReplicationGroup": "kmsKeyId",
  "aws:secretsmanager/secret:Secret": "kmsKeyId",
  "aws:cloudwatch/logGroup:LogGroup": "kmsKeyId",
  "eks:index:Cluster": "encryptionConfigKeyArn",
  [replication]: "rules",
};

export default {
  name: "key-region",
  severity: "critical",
  from: "starter",
  demands: "What is encrypted is in the Region of its key.",
  reason: "A key of another Region encrypts nothing: copies and alarms are dropped without a word.",
  needs: "stack",
  types: Object.keys(encrypted),
  judge: (resource, stack) =>
    stack.behind(resource, encrypted[resource.type]!, key).flatMap((found) => {
      const [has, needs] = [regionOf(found, stack), needed(resource, stack)];
      return has === needs
        ? []
        : [`its key ${found.name} is of ${show(has)}; it must be of ${show(needs)}`];
    }),
} satisfies RuleDefinition;

/** Of a replication, where the copy is encrypted. */
function needed(resource: Resource, stack: Stack): unknown {
  if (resource.type !== replication) return regionOf(resource, stack);
  const bucket = "aws:s3/bucket:Bucket";
  const source = stack.behind(resource, "bucket", bucket);
  const [copy] = stack.behind(resource, "rules", bucket).filter((one) => !source.includes(one));
  return copy && regionOf(copy, stack);
}
