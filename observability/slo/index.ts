export { budgetQueries, type BudgetQueries } from "./budget";
export { sloPage } from "./documentation";
export { burnOf, detection, type Detection, type Fault } from "./detection";
export { groupsOf, sloGroups } from "./rules";
export { availability, latency, slos, type Slo } from "./slos";
export { budgetOf, objectiveOf, periodDays, periodSeconds, tiers, type Tier } from "./tiers";
export { burnWindows, evaluation, scrapeSeconds, secondsOf, type BurnWindow } from "./windows";
