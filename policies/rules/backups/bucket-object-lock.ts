import { bucketType, configures, holdsData } from "../../model/buckets";
import { promisedDays } from "../../declared/recovery";
import { atLeast, equals, isTrue, mismatch } from "../../model/expectation";
import type { RuleDefinition } from "../../model/rule";

export default {
  name: "bucket-object-lock",
  severity: "critical",
  from: "starter",
  demands:
    "What is written to a bucket with data cannot be deleted for as long as a daily dump is promised; weeklies and monthlies bring locks of their own.",
  reason:
    "A backup that an intruder, or a wrong retention rule, can delete is none. Compliance mode would block even a wanted removal for good.",
  needs: "stack",
  types: [bucketType],
  judge: (bucket, stack) => {
    if (!holdsData(bucket, stack)) return [];
    const lock = configures(bucket, "BucketObjectLockConfiguration", stack);
    if (!lock) return ["no BucketObjectLockConfiguration configures it"];
    return [
      mismatch(bucket.properties, "objectLockEnabled", isTrue),
      mismatch(lock.properties, "objectLockEnabled", equals("Enabled")),
      mismatch(lock.properties, "rule.defaultRetention.mode", equals("GOVERNANCE")),
      mismatch(lock.properties, "rule.defaultRetention.days", atLeast(promisedDays["daily/"]!)),
    ].filter((problem) => problem !== undefined);
  },
} satisfies RuleDefinition;
