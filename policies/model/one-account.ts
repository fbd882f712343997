import { bucketType } from "./buckets";
import { keeperOf } from "./denials";
import type { Stack } from "./resource";

const replication = "aws:s3/bucketReplicationConfig:BucketReplicationConfig";

/** What a stack cannot promise whose copies are in the account that they are copies against. */
export const unkept =
  "vault, copy and their keys are in one account: whoever administers it can destroy every backup but the weekly and monthly ones, which are locked (docs/threat-model.md); give it backups.recoveryAccount";

/** As every run says it; nothing where the copies are in another account, or there are none. */
export function describeOneAccount(stack: Stack): string[] {
  const copies = stack
    .ofType(replication)
    .flatMap((config) => stack.behind(config, "rules", bucketType));
  return copies.length > 0 && copies.every((copy) => keeperOf(copy, stack) === undefined)
    ? [`ONE ACCOUNT: ${unkept}`]
    : [];
}
