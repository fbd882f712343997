import { bucketType, configures, holdsData } from "../../model/buckets";
import { equals, isAssigned, isSet, mismatch } from "../../model/expectation";
import type { RuleDefinition } from "../../model/rule";

export default {
  name: "bucket-encryption",
  severity: "high",
  from: "starter",
  demands:
    "A bucket with data is encrypted with a key of our own; any other at least with one of AWS's.",
  reason: "A backup that another account has to restore needs a key that we can share.",
  needs: "stack",
  types: [bucketType],
  judge: (bucket, stack) => {
    const encryption = configures(bucket, "BucketServerSideEncryptionConfiguration", stack);
    if (!encryption) return ["no BucketServerSideEncryptionConfiguration configures it"];
    const path = "rules.0.applyServerSideEncryptionByDefault";
    const ours = holdsData(bucket, stack);
    return [
      mismatch(encryption.properties, `${path}.sseAlgorithm`, ours ? equals("aws:kms") : isSet),
      ours ? mismatch(encryption.properties, `${path}.kmsMasterKeyId`, isAssigned) : undefined,
    ].filter((problem) => problem !== undefined);
  },
} satisfies RuleDefinition;
