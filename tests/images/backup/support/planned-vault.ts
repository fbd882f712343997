import type { LifecycleRule, PlannedVault } from "../../../../rehearsal/aws/moto";
import { named, plannedStack } from "../../../support/planned";

/** The vault of the plan for prod: name, key, lock and lifecycle are its own. */
export async function plannedVault(): Promise<PlannedVault> {
  const plan = await plannedStack("prod");
  const inputs = (part: string) =>
    named(plan, `backups-primary-${part}`).inputs as Record<string, unknown>;
  const [encryption] = inputs("encryption").rules as {
    applyServerSideEncryptionByDefault: { kmsMasterKeyId: string };
  }[];
  return {
    bucket: inputs("bucket").bucket as string,
    kmsKey: encryption!.applyServerSideEncryptionByDefault.kmsMasterKeyId,
    lock: (inputs("lock").rule as { defaultRetention: { days: number } }).defaultRetention,
    lifecycle: inputs("lifecycle").rules as LifecycleRule[],
  };
}
