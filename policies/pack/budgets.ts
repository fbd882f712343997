import { fromPlan, type PlanResource } from "./adapters/plan";
import { describeFailover, failoverBudget, writers } from "../budgets/failover";
import { availabilityLedger, describeLedger } from "../budgets/ledger";
import { describeExemptions } from "./exemptions";
import { describeAlone } from "../model/alone";
import { describeOneAccount } from "../model/one-account";
import { Stack } from "../model/resource";
import type { Settings } from "../model/settings";
import { withDeployed } from "../releases/deployed";

/** The stack's two budgets and its exemptions as the preview prints them, a line each. */
export function describeBudgets(resources: PlanResource[], settings: Settings): string[] {
  const stack = new Stack(withDeployed(resources.map(fromPlan), settings));
  return [
    ...writers(stack).map((writer) => describeFailover(failoverBudget(writer, stack, settings))),
    describeLedger(availabilityLedger(stack, settings)),
    ...describeOneAccount(stack),
    ...describeAlone(settings),
    ...describeExemptions(settings),
  ];
}
