import { ofKey, ofSigningKey, signers } from "../../declared/denials";
import { missing, namesFor } from "../../model/denials";
import { unknown } from "../../model/resource";
import type { RuleDefinition } from "../../model/rule";

export default {
  name: "key-guarded",
  severity: "critical",
  from: "starter",
  demands:
    "The policy of every key denies everybody but the deploy role to disable, delete or re-govern it, and that of a signing key everybody but its one signer to sign.",
  reason:
    "Without its key every copy is noise, whoever holds it; with a signing key anybody's dump is a backup.",
  needs: "stack",
  types: ["aws:kms/key:Key", "aws:kms/replicaKey:ReplicaKey"],
  judge: (key, stack, settings) => {
    if (key.ofPlugin) return [];
    const purpose = key.name.replace(/-replica$/, "");
    const signer = Object.hasOwn(signers, purpose) ? signers[purpose] : undefined;
    // It names no role of the stack's own but the signer, so it is known before the first `up`.
    const policy = key.properties.policy;
    return missing(
      policy === unknown && signer === undefined ? {} : policy,
      [ofKey, ...(signer === undefined ? [] : [ofSigningKey(signer)])],
      namesFor(key, stack, settings),
    ).map(
      ({ actions, why }) => `its policy does not deny ${actions.join(", ")} as declared: ${why}`,
    );
  },
} satisfies RuleDefinition;
