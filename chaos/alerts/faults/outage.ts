import { budgetOf, detection, slos } from "../../../observability/slo";
import { outage as alerts } from "../../../observability/routing/inhibition";
import { toldWithin, type AlertFault } from "../fault";
import { groupWait } from "./group-wait";

/** Share of the requests that fail at least: what writes, and is no cached read. */
const failing = 0.4;

/** Seconds until HighErrorRate's five minutes hold 5 % of errors; its 90 s silence nothing that goes on. */
const noticed = (300 * 0.05) / failing;

/** Users are refused: whichever alert is first, all of them are one page. */
export const outage: Pick<AlertFault, "tells" | "alerts" | "within"> = {
  tells: "page",
  alerts,
  within(tier) {
    const [api] = slos;
    const burn = failing / budgetOf(tier);
    return Math.min(
      detection(api!, tier, { burn })!.latest.secondsToPage + groupWait.outage,
      toldWithin("HighErrorRate", groupWait.outage, noticed),
    );
  },
};
