import { describeFailover, failoverBudget, writers } from "../budgets/failover";
import { availabilityLedger, describeLedger } from "../budgets/ledger";
import { describeExemptions } from "./exemptions";
import { describeAlone } from "../model/alone";
import { describeOneAccount } from "../model/one-account";
import type { Stack } from "../model/resource";
import type { Settings } from "../model/settings";

/** The two budgets of a stack and its exemptions as the preview prints them, a line each. */
export function describeBudgets(stack: Stack, settings: Settings): string[] {
  return [
    ...writers(stack).map((writer) => describeFailover(failoverBudget(writer, stack, settings))),
    describeLedger(availabilityLedger(stack, settings)),
    ...describeOneAccount(stack),
    ...describeAlone(settings),
    ...describeExemptions(settings),
  ];
}
