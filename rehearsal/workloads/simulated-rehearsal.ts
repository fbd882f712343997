import type { View } from "../../lib/progress";
import { conclude, report } from "../../lib/report";
import type { ToolName } from "../../tools";
import { controlPlaneTools } from "../control-plane/control-plane";
import { prepare } from "../preparation";
import { chartsOf } from "./charts";
import { checkPlan, keepUp, rehearse, type Outcome, type Rehearsal } from "./rehearsal";
import { SimulatedSite } from "./simulated-site";

/** Outside programs of a rehearsal on simulated nodes. */
export const rehearsalTools: ToolName[] = ["helm", "kubectl", ...controlPlaneTools];

const simulation =
  "kwok's pods run no container: what starts, how long that takes and what a Job returns is simulated.";

/**
 * Runs drills on a plan's releases, on simulated nodes.
 *
 * @throws UsageError when the plan cannot be rehearsed.
 */
export async function proveSimulated(
  rehearsal: Omit<Rehearsal, "charts" | "site">,
): Promise<Outcome> {
  const { plan } = rehearsal;
  checkPlan(plan);
  const charts = await chartsOf(plan);
  return rehearse({ ...rehearsal, charts, site: new SimulatedSite(plan, charts.releases) });
}

/** What to rehearse there, as the command is asked. */
interface Asked extends Pick<Rehearsal, "plan" | "chosen"> {
  /** Path of the report, where one is wanted. */
  json?: string;
  /** Leaves the first control plane up until it is stopped. */
  keep?: boolean;
}

/** Runs drills on simulated nodes and reports their claims. Returns the exit code. */
export async function rehearseSimulated(
  { plan, chosen, json, keep = false }: Asked,
  view: View,
  signal: AbortSignal,
): Promise<number> {
  const since = Date.now();
  await prepare(rehearsalTools, view);
  const { claims, kept } = await proveSimulated({ plan, chosen, view, keep, signal });
  view.end();
  const code = conclude(report("rehearse", plan.stack, since, claims), json, simulation);
  if (kept) await keepUp(kept, signal);
  return code;
}
