/**
 * Two windows that must both burn too fast: the long one makes sure that enough budget is gone to
 * matter, the short one that it is still burning, so that the alert resolves soon after the end.
 */
export interface BurnWindow {
  severity: "critical" | "warning";
  /** As PromQL writes it. */
  long: Duration;
  short: Duration;
  /** Burn rate above which it fires; 1 spends the budget in exactly one period. */
  factor: number;
}

export type Duration = "5m" | "30m" | "1h" | "2h" | "6h" | "1d" | "3d";

const seconds: Record<Duration, number> = {
  "5m": 300,
  "30m": 1800,
  "1h": 3600,
  "2h": 7200,
  "6h": 21_600,
  "1d": 86_400,
  "3d": 259_200,
};

export function secondsOf(duration: Duration): number {
  return seconds[duration];
}

/**
 * Google's SRE workbook, "Alerting on SLOs", table 5-8, with the third row of Sloth's `google-30d`
 * beside it. A long window at its factor has spent 2, 5, 10 and 10 % of a 30-day budget.
 */
export const burnWindows: readonly BurnWindow[] = [
  { severity: "critical", long: "1h", short: "5m", factor: 14.4 },
  { severity: "critical", long: "6h", short: "30m", factor: 6 },
  { severity: "warning", long: "1d", short: "2h", factor: 3 },
  { severity: "warning", long: "3d", short: "6h", factor: 1 },
];

/** The window that decides how soon a total outage pages, seen or silent. */
export const fastest = burnWindows[0]!;

/** Seconds between two evaluations of the rules that page, and of those that warn or are looked at. */
export const evaluation = { critical: 30, warning: 300 } as const;

/** Seconds between two scrapes of a target. */
export const scrapeSeconds = 30;
