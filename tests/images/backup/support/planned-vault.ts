import { vaultOf, type PlannedVault } from "../../../../rehearsal/aws/moto";
import { plannedStack } from "../../../support/planned";

/** The vault of the plan for prod. */
export async function plannedVault(): Promise<PlannedVault> {
  return vaultOf(await plannedStack("prod"));
}
