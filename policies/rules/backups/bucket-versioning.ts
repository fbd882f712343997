import { bucketType, configures, holdsData } from "../../model/buckets";
import { equals, mismatch } from "../../model/expectation";
import type { RuleDefinition } from "../../model/rule";

export default {
  name: "bucket-versioning",
  severity: "critical",
  from: "starter",
  demands: "A bucket with data keeps earlier versions.",
  reason: "What is overwritten or deleted, by mistake or by an intruder, is still there.",
  needs: "stack",
  types: [bucketType],
  judge: (bucket, stack) => {
    if (!holdsData(bucket, stack)) return [];
    const versioning = configures(bucket, "BucketVersioning", stack);
    if (!versioning) return ["no BucketVersioning configures it"];
    const problem = mismatch(
      versioning.properties,
      "versioningConfiguration.status",
      equals("Enabled"),
    );
    return problem ? [problem] : [];
  },
} satisfies RuleDefinition;
