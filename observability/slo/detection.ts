import type { Slo } from "./slos";
import { budgetOf, periodSeconds, type Tier } from "./tiers";
import {
  burnWindows,
  evaluation,
  fastest,
  scrapeSeconds,
  secondsOf,
  type BurnWindow,
} from "./windows";

/**
 * What happens to even traffic after a long time without errors: every request fails, the budget
 * burns so many times as fast as it may, or all metrics of the service end.
 */
export type Fault = "outage" | { burn: number } | "absence";

/** When people hear of a fault, by formula; what Prometheus adds is in `latest`. */
export interface Detection {
  severity: BurnWindow["severity"];
  /** From the first bad event to the alert, were rules evaluated all the time. */
  secondsToPage: number;
  /** Share of a period's budget that is gone by then, from 0 to 1. */
  budgetSpent: number;
  /** From the end of a fault that lasted until every pair of windows saw it, to the alert's end. */
  secondsToReset: number;
  /** Seconds and budget at the worst: one scrape and one evaluation later. */
  latest: { secondsToPage: number; budgetSpent: number; secondsToReset: number };
}

/**
 * Predicts an alert; undefined for what no alert of this SLO sees: a burn rate of 1 or less, or the
 * silence of an SLO whose service has another one for it. CloudWatch's own delay is not in it.
 */
export function detection(slo: Slo, tier: Tier, fault: Fault): Detection | undefined {
  if (fault === "absence") return slo.pagesSilence ? silence(tier) : undefined;
  const burn = burnOf(tier, fault);
  const seeing = burnWindows.filter(({ factor }) => burn > factor);
  const [first] = seeing.toSorted((one, other) => toPage(one, burn) - toPage(other, burn));
  if (!first) return undefined;
  const { severity } = first;
  const resets = seeing.filter((window) => window.severity === severity);
  return withDelays(severity, burn, {
    secondsToPage: toPage(first, burn),
    secondsToReset: Math.max(...resets.map((window) => toReset(window, burn))),
  });
}

/** How many times as fast as it may a fault burns the budget. */
export function burnOf(tier: Tier, fault: Fault): number {
  return typeof fault === "object" ? fault.burn : 1 / budgetOf(tier);
}

/** How long a service may be silent: until a total outage in its place would have paged. */
export function silenceSeconds(tier: Tier): number {
  return toPage(fastest, burnOf(tier, "absence"));
}

/** The long window fills with errors; the short one, which is full sooner, waits for it. */
function toPage({ long, factor }: BurnWindow, burn: number): number {
  return (factor * secondsOf(long)) / burn;
}

/** The short window empties of errors; the long one, which empties later, waits for it. */
function toReset({ short, factor }: BurnWindow, burn: number): number {
  return secondsOf(short) * (1 - factor / burn);
}

function silence(tier: Tier): Detection {
  const times = { secondsToPage: silenceSeconds(tier), secondsToReset: 0 };
  return withDelays("critical", burnOf(tier, "absence"), times);
}

function withDelays(
  severity: BurnWindow["severity"],
  burn: number,
  times: { secondsToPage: number; secondsToReset: number },
): Detection {
  const spent = (seconds: number) => (seconds * burn) / periodSeconds;
  // What warns reads the events that the other group counted.
  const counting = severity === "critical" ? 0 : evaluation.critical;
  const delay = scrapeSeconds + counting + evaluation[severity];
  const latest = times.secondsToPage + delay;
  return {
    severity,
    ...times,
    budgetSpent: spent(times.secondsToPage),
    latest: {
      secondsToPage: latest,
      budgetSpent: spent(latest),
      secondsToReset: times.secondsToReset + delay,
    },
  };
}
