import { budgetQueries, burnWindows, periodDays, slos, type Slo } from "../slo";
import type { Board } from "./dashboard";
import type { Limit } from "./limits";
import { lines, stat } from "./panels";

/** Where the pair of windows that contains this one pages or warns. */
function burnLimit(window: "1h" | "3d"): Limit {
  const { factor, severity } = burnWindows.find(({ long }) => long === window)!;
  return { at: factor, bad: "above", severity };
}

const height = 6;

const spent: Limit = { at: 0, bad: "below", severity: "critical" };

function row(slo: Slo): Board["rows"][number] {
  const { remaining, burn, achieved, objective, all, bad } = budgetQueries(slo);
  return {
    title: `${slo.service}: requests ${slo.promise}`,
    panels: [
      stat({
        title: "Budget left",
        description: `Share of the ${periodDays} days' error budget that is left; below nothing the promise is broken.`,
        queries: [{ expr: remaining, legend: "left" }],
        unit: "percentunit",
        limit: spent,
      }).height(height),
      stat({
        title: "Kept, promised",
        description: `Share of good requests in ${periodDays} days, beside what the tier promises.`,
        queries: [
          { expr: achieved, legend: "kept" },
          { expr: objective, legend: "promised" },
        ],
        unit: "percentunit",
        width: 6,
      }).height(height),
      lines({
        title: "Burn rate",
        description: `At 1 the budget lasts exactly ${periodDays} days; the line is where an hour of it pages.`,
        queries: [
          { expr: burn["1h"], legend: "last hour" },
          { expr: burn["3d"], legend: "last three days" },
        ],
        limit: burnLimit("1h"),
        width: 7,
      }).height(height),
      lines({
        title: "Requests, and bad ones",
        description:
          "What is counted, and by whom: the load balancer (edge) or the service itself.",
        queries: [
          { expr: all, legend: "all, {{source}}" },
          { expr: bad, legend: "bad, {{source}}" },
        ],
        unit: "reqps",
        width: 7,
      }).height(height),
    ],
  };
}

/** How much of the promise is left, of each objective of the stack's tier. */
export const budget: Board = {
  name: "budget",
  title: "SLO and budget",
  description: "Open it at ErrorBudgetBurn, and before a risky change: is there budget to spend?",
  from: "now-6h",
  rows: slos.map(row),
};
