import { fromPlan, type PlanResource } from "../pack/adapters/plan";
import { withDeployed } from "../model/releases";
import { Stack } from "../model/resource";
import type { Settings } from "../pack/settings";
import { describeFailover, failoverBudget, writers } from "./failover";
import { availabilityLedger, describeLedger } from "./ledger";

/** The stack's two budgets as the preview prints them, a line each. */
export function describeBudgets(resources: PlanResource[], settings: Settings): string[] {
  const stack = new Stack(withDeployed(resources.map(fromPlan), settings));
  return [
    ...writers(stack).map((writer) => describeFailover(failoverBudget(writer, stack, settings))),
    describeLedger(availabilityLedger(stack, settings)),
  ];
}
