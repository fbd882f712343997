import { outlivesCluster } from "../policies/model/cluster-loss";
import type { Engine, Outputs } from "./engine";

/**
 * Only what runs on the cluster may come and go. Data that the engine would create is data that has
 * been lost too, and would come back empty.
 *
 * @throws when the engine plans to create, delete or replace what has to outlive the cluster, or cannot plan.
 */
export async function requireDataUntouched(engine: Pick<Engine, "preview">): Promise<void> {
  const { steps, refusal } = await engine.preview();
  const touched = steps.filter(
    ({ op, urn }) => /create|delete|replace/.test(op) && outlivesCluster(urn),
  );
  if (touched.length > 0)
    throw new Error(
      `the engine would ${touched.map(({ op, urn }) => `${op} ${urn.split("::").at(-1)}`).join(", ")}: that is no rebuild of a cluster. Look at npx pulumi preview; what it would create is lost too, and has to be restored first`,
    );
  if (refusal) throw refusal;
}

/** @throws when an address that users or clients know has changed. */
export function requireSameAddresses(before: Outputs, after: Outputs): void {
  for (const name of ["url", "loadBalancerDnsName", "databaseWriterHost"] as const)
    if (before[name] !== after[name])
      throw new Error(`${name} has changed from ${before[name]} to ${after[name]}`);
}
