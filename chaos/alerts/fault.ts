import { groups } from "../../observability/rules";
import { isAlert } from "../../observability/rule";
import { evaluation, scrapeSeconds, type Tier } from "../../observability/slo";
import type { AlertBed } from "./bed";
import { inSeconds } from "./duration";

/** What befalls a platform that is watched. */
export interface AlertFault {
  name: string;
  title: string;
  /** Who is told: a phone rings, a message is written, a beat stays away; nobody, as users notice nothing. */
  tells: "page" | "message" | "silence" | "nobody";
  /** Alerts of which one has to be in it. */
  alerts: string[];
  /**
   * Seconds from its beginning within which it is told, where the tier's SLO alerts are released; those
   * of watching where nobody is.
   */
  within(tier: Tier): number;
  inject(bed: AlertBed): Promise<Injected>;
}

/** A fault that is there. */
export interface Injected {
  /** How that was proved. */
  proof: string;
  undo(): Promise<void>;
}

/**
 * Seconds until an alert is told at the latest: its query sees the fault one scrape later, the rule one
 * evaluation after that, and again when it has lasted; then Alertmanager waits for others.
 *
 * @param before seconds until the fault has made what the alert's query asks for
 */
export function toldWithin(alert: string, groupWait: number, before = 0): number {
  const rule = groups
    .flatMap(({ rules }) => rules)
    .find((one) => isAlert(one) && one.alert === alert);
  if (!rule || !isAlert(rule)) throw new Error(`no alert ${alert}`);
  return before + scrapeSeconds + 2 * evaluation.critical + inSeconds(rule.for) + groupWait;
}
