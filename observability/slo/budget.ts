import { recorded } from "./rules";
import type { Slo } from "./slos";
import type { Duration } from "./windows";

/** PromQL for the panels of an SLO, of recorded series only. */
export interface BudgetQueries {
  /** Share of the period's budget that is left; below 0 when it is overspent. */
  remaining: string;
  /** Burn rate over the last hour and over the last three days; 1 spends it in just one period. */
  burn: Record<"1h" | "3d", string>;
  /** Share of good events in the period so far, beside its objective. */
  achieved: string;
  objective: string;
  /** Events a second, all and bad, by where they were counted. */
  all: string;
  bad: string;
}

export function budgetQueries(slo: Slo): BudgetQueries {
  const objective = recorded("slo:objective:ratio", slo);
  const burn = (window: Duration) =>
    `${recorded(`slo:bad:ratio${window}`, slo)} / (1 - ${objective})`;
  const rate = (outcome: "all" | "bad") =>
    `sum by (source) (${recorded("slo:events:sum30s", slo, outcome)}) / 30`;
  return {
    remaining: recorded("slo:budget:remaining", slo),
    burn: { "1h": burn("1h"), "3d": burn("3d") },
    achieved: `1 - ${recorded("slo:bad:ratio30d", slo)}`,
    objective,
    all: rate("all"),
    bad: rate("bad"),
  };
}
