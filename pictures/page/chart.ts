import uPlot from "uplot";
import type { Answered } from "../answers";
import { colour, palette } from "./colours";
import { element } from "./element";
import { written } from "./units";

/** Series that a legend names; Grafana's scrolls, a picture cannot. */
const named = 12;

/** Lines over time; returns once they are on their canvas. */
export function chart(
  panel: Answered,
  { from, to }: { from: number; to: number },
  box: Element,
): void {
  const { series, step, unit, min, max } = panel;
  const legend = element("div", { class: "legend" });
  for (const [index, { name }] of series.slice(0, named).entries()) {
    const item = element("span", {}, name);
    item.style.setProperty("--colour", palette[index % palette.length]!);
    legend.append(item);
  }
  if (series.length > named) legend.append(element("em", {}, `and ${series.length - named} more`));
  const room = element("div", { class: "room" });
  box.append(room, legend);
  const { width, height } = room.getBoundingClientRect();
  const times = [...new Set(series.flatMap(({ values }) => values.map(([time]) => time)))].sort(
    (one, other) => one - other,
  );
  const every = timesBetween(times, step);
  const columns = series.map(({ values }) => {
    const known = new Map(values);
    // What is infinite leaves the chart; a gap says so.
    return every.map((time) => finite(known.get(time)));
  });
  new uPlot(
    {
      width,
      height,
      tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), "UTC"),
      legend: { show: false },
      cursor: { show: false },
      scales: {
        x: { time: true, range: () => [from, to] },
        y: {
          range: (_, low, high) => {
            const least = min ?? Math.min(low ?? 0, 0);
            return [least, max ?? Math.max((high ?? 0) * 1.05, least + 1e-9)];
          },
        },
      },
      axes: [
        { ...axis, size: 24, values: (_, ticks) => ticks.map((tick) => clock(tick, to - from)) },
        { ...axis, size: 70, values: (_, ticks) => ticks.map((tick) => written(tick, unit)) },
      ],
      series: [
        {},
        ...series.map((_, index) => ({
          stroke: palette[index % palette.length]!,
          fill: `${palette[index % palette.length]!}1a`,
          width: 1.5,
          // A lone value between two gaps would not be seen as a line.
          points: { show: columns[index]!.filter((value) => value !== null).length === 1 },
        })),
      ],
      hooks: { draw: [(plot) => limits(plot, panel)] },
    },
    [every, ...columns],
    room as HTMLElement,
  );
}

const axis = {
  stroke: "#555",
  grid: { stroke: "#eee", width: 1 },
  ticks: { show: false },
  font: "11px sans-serif",
};

/** A time of the axis, UTC; with its day where the chart shows more than one. */
function clock(seconds: number, shown: number): string {
  const [, day, time] = /^\d+-(.+)T(\d+:\d+)/.exec(new Date(seconds * 1000).toISOString())!;
  return shown > 86_400 ? `${day} ${time}` : time!;
}

const finite = (value: number | null | undefined) =>
  value !== undefined && value !== null && Number.isFinite(value) ? value : null;

/** All times of the chart at its step, so that a missing value is a gap and no straight line. */
function timesBetween(times: number[], step: number): number[] {
  if (times.length === 0) return [];
  const count = Math.round((times.at(-1)! - times[0]!) / step);
  return Array.from({ length: count + 1 }, (_, index) => times[0]! + index * step);
}

/** The panel's limits as dashed lines. */
function limits(plot: uPlot, { steps, lines }: Answered): void {
  if (!lines) return;
  const { ctx, bbox } = plot;
  for (const [index, { value, color }] of steps.entries()) {
    if (value === null) continue;
    const y = plot.valToPos(value, "y", true);
    if (y < bbox.top || y > bbox.top + bbox.height) continue;
    // Where good begins at the line, its colour is that of the side below.
    const alarm = color === "green" ? steps[index - 1]!.color : color;
    ctx.save();
    ctx.strokeStyle = colour(alarm);
    ctx.setLineDash([6, 4]);
    ctx.beginPath();
    ctx.moveTo(bbox.left, y);
    ctx.lineTo(bbox.left + bbox.width, y);
    ctx.stroke();
    ctx.restore();
  }
}
