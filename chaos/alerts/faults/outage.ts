import { budgetOf, detection, slos } from "../../../observability/slo";
import { outage as alerts } from "../../../observability/routing/inhibition";
import type { AlertFault } from "../fault";
import { groupWait } from "./group-wait";

/** Share of the requests that fail at least: what writes, and is no cached read. */
const failing = 0.4;

/** Users are refused: whichever alert is first, all of them are one page. */
export const outage: Pick<AlertFault, "tells" | "alerts" | "within"> = {
  tells: "page",
  alerts,
  within(tier) {
    const [api] = slos;
    const burn = failing / budgetOf(tier);
    return detection(api!, tier, { burn })!.latest.secondsToPage + groupWait.outage;
  },
};
