import { UsageError } from "../lib/ends";

/** A stretch of time, in seconds since 1970. */
export interface Range {
  from: number;
  to: number;
}

/** What Grafana puts into a query for its variables, in seconds. */
export interface Intervals {
  /** Between two points: the step of a range query. */
  interval: number;
  /** A window in which a rate has at least four scrapes. */
  rateInterval: number;
}

/** Steps that Grafana rounds to, each with the first interval that is too long for it; seconds, up to a day. */
const steps: [below: number, step: number][] = [
  [1.5, 1],
  [3.5, 2],
  [7.5, 5],
  [12.5, 10],
  [17.5, 15],
  [25, 20],
  [45, 30],
  [90, 60],
  [210, 120],
  [450, 300],
  [750, 600],
  [1050, 900],
  [1500, 1200],
  [2700, 1800],
  [5400, 3600],
  [9000, 7200],
  [16_200, 10_800],
  [32_400, 21_600],
  [86_400, 43_200],
  [Infinity, 86_400],
];

/**
 * The intervals of a panel, as Grafana computes them: `rangeUtil.roundInterval` of its package
 * `grafana-data`, no shorter than a scrape, and `getRateIntervalScopedVariable` of its Prometheus
 * data source.
 *
 * @param points how many points the panel has room for: its width in pixels
 * @param scrapeSeconds between two scrapes; the chart gives Grafana the same
 */
export function intervalsOf({ from, to }: Range, points: number, scrapeSeconds: number): Intervals {
  const rounded = steps.find(([below]) => (to - from) / points < below)![1];
  const interval = Math.max(rounded, scrapeSeconds);
  return { interval, rateInterval: Math.max(interval + scrapeSeconds, 4 * scrapeSeconds) };
}

/** A query with Grafana's variables replaced. @throws UsageError for one that nothing here fills in */
export function substituted(expr: string, { interval, rateInterval }: Intervals): string {
  const text = expr
    .replaceAll("$__rate_interval", `${rateInterval}s`)
    .replaceAll("$__interval", `${interval}s`);
  // In a regular expression or a replacement `$` is no variable: $1, and $ at the end.
  const [unknown] = /\$\{?[a-z_]\w*\}?/i.exec(text) ?? [];
  if (unknown) throw new UsageError(`${unknown}: no picture fills this variable in: ${expr}`);
  return text;
}
