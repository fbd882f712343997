import { bucketType, configures } from "../../model/buckets";
import { isTrue, mismatch } from "../../model/expectation";
import type { RuleDefinition } from "../../model/rule";

export default {
  name: "bucket-public-access",
  severity: "high",
  from: "starter",
  demands: "No bucket can be opened to the public.",
  reason: "One wrong policy is enough otherwise.",
  needs: "stack",
  types: [bucketType],
  judge: (bucket, stack) => {
    const block = configures(bucket, "BucketPublicAccessBlock", stack);
    if (!block) return ["no BucketPublicAccessBlock configures it"];
    return ["blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets"]
      .map((key) => mismatch(block.properties, key, isTrue))
      .filter((problem) => problem !== undefined);
  },
} satisfies RuleDefinition;
