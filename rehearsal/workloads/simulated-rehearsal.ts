import type { ToolName } from "../../tools";
import { controlPlaneTools } from "../control-plane/control-plane";
import { chartsOf } from "./charts";
import { checkPlan, rehearse, type Outcome, type Rehearsal } from "./rehearsal";
import { SimulatedSite } from "./simulated-site";

/** Outside programs of a rehearsal on simulated nodes. */
export const rehearsalTools: ToolName[] = ["helm", "kubectl", ...controlPlaneTools];

/**
 * Runs drills on a plan's releases, on simulated nodes.
 *
 * @throws UsageError when the plan cannot be rehearsed.
 */
export async function rehearseSimulated(
  rehearsal: Omit<Rehearsal, "charts" | "site">,
): Promise<Outcome> {
  const { plan } = rehearsal;
  checkPlan(plan);
  const charts = await chartsOf(plan);
  return rehearse({ ...rehearsal, charts, site: new SimulatedSite(plan, charts.releases) });
}
