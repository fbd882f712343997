import { bucketType, holdsData } from "../../model/buckets";
import { isFalse, mismatch } from "../../model/expectation";
import type { RuleDefinition } from "../../model/rule";

export default {
  name: "bucket-kept",
  severity: "critical",
  from: "starter",
  demands: "A bucket with data is protected and never emptied by Pulumi.",
  reason: "forceDestroy deletes every object first, and asks nobody.",
  needs: "stack",
  types: [bucketType],
  judge: (bucket, stack) => {
    if (!holdsData(bucket, stack)) return [];
    const problem = mismatch(bucket.properties, "forceDestroy", isFalse);
    return [
      ...(problem ? [problem] : []),
      ...(bucket.protect ? [] : ["the option protect is false; it must be true"]),
    ];
  },
} satisfies RuleDefinition;
