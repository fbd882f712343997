import type { Dashboard, Panel } from "./dashboard";
import { intervalsOf, substituted, type Range } from "./interval";
import type { Prometheus, Series } from "./prometheus";

/** A series with the name that the panel's legend gives it. */
export interface Named extends Series {
  name: string;
}

/** A panel with what Prometheus answered. Infinity is written as text: JSON has none. */
export interface Answered extends Panel {
  series: Named[];
  /** Seconds between two points. */
  step: number;
}

/** Width of a picture, and of a column of Grafana's grid, in pixels. */
export const pageWidth = 1600;
const columnWidth = pageWidth / 24;

/** Asks everything that a dashboard's panels ask, one query after the other. */
export async function answered(
  dashboard: Dashboard,
  prometheus: Prometheus,
  range: Range,
): Promise<Answered[]> {
  const panels: Answered[] = [];
  for (const panel of dashboard.panels) panels.push(await answer(panel, prometheus, range));
  return panels;
}

async function answer(panel: Panel, prometheus: Prometheus, range: Range): Promise<Answered> {
  const points = panel.place.w * columnWidth;
  const intervals = intervalsOf(range, points, prometheus.scrapeSeconds);
  const step = intervals.interval;
  // As Grafana does, so that points do not move between two looks.
  const aligned = { from: down(range.from, step), to: down(range.to, step) };
  const series: Named[] = [];
  for (const { expr, legend, instant } of panel.queries) {
    const query = substituted(expr, intervals);
    const found = instant
      ? await prometheus.once(query, range.to)
      : await prometheus.over(query, aligned, step);
    series.push(...found.map((each) => ({ ...each, name: nameOf(legend, each.labels) })));
  }
  return { ...panel, series, step };
}

const down = (time: number, step: number) => Math.floor(time / step) * step;

/** A legend with the labels of a series in it, as Grafana fills it in. */
export function nameOf(legend: string, labels: Record<string, string>): string {
  return legend.replace(/\{\{\s*(\w+)\s*\}\}/g, (_, label: string) => labels[label] ?? "");
}
