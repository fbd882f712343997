import { ofCopy, ofVault } from "../../declared/denials";
import { bucketType, configures, holdsData } from "../../model/buckets";
import { missing, namesFor } from "../../model/denials";
import type { RuleDefinition } from "../../model/rule";

const replication = "aws:s3/bucketReplicationConfig:BucketReplicationConfig";

export default {
  name: "vault-guarded",
  severity: "critical",
  from: "starter",
  demands:
    "The policy of a bucket with data denies, to administrators too, whatever policies/declared/denials says: another key, a second writer, an overwrite, a tag, a deletion, an unlocking, a change of what protects it.",
  reason:
    "Rights alone protect a backup only from those who have few: one administrator, or whoever is one for an hour, would be enough.",
  needs: "stack",
  types: [bucketType],
  judge: (bucket, stack, settings) => {
    if (!holdsData(bucket, stack)) return [];
    const policy = configures(bucket, "BucketPolicy", stack);
    if (!policy) return ["no BucketPolicy configures it"];
    const isCopy = stack.pointingAt(bucket, replication, "rules").length > 0;
    return missing(
      policy.properties.policy,
      isCopy ? ofCopy : ofVault,
      namesFor(policy, stack, settings),
    ).map(
      ({ actions, on, why }) =>
        `its policy does not deny ${actions[0]}${actions.length > 1 ? " and others" : ""} on ${on[0] || "the bucket"} as declared: ${why}`,
    );
  },
} satisfies RuleDefinition;
