import type { Answered, Named } from "../answers";
import { colourOf } from "./colours";
import { element } from "./element";
import { written } from "./units";

/** The last value of a series that is one, as Grafana's `lastNotNull`. */
export function last({ values }: Named): number | null {
  return values.findLast(([, value]) => value !== null)?.[1] ?? null;
}

/** Big figures, each over its own course. */
export function stat(panel: Answered): Element {
  const box = element("div", { class: "stats" });
  for (const series of panel.series) {
    const value = last(series);
    const figure = element("div", { class: "stat" });
    const colour = colourOf(value, panel.steps);
    figure.append(course(series, colour));
    if (panel.series.length > 1 || panel.queries[0]!.legend.includes("{{"))
      figure.append(element("span", { class: "name" }, series.name));
    const text = element("span", { class: "figure" }, written(value, panel.unit));
    text.style.color = colour;
    figure.append(text);
    box.append(figure);
  }
  return box;
}

/** A half circle that is full at the panel's `max`. */
export function gauge(panel: Answered): Element {
  const { min = 0, max = 1, steps, unit } = panel;
  const box = element("div", { class: "stats" });
  for (const series of panel.series) {
    const value = last(series);
    const share = Math.min(1, Math.max(0, ((value ?? min) - min) / (max - min)));
    const end = Math.PI * (1 - share);
    const [x, y] = [50 + 40 * Math.cos(end), 50 - 40 * Math.sin(end)];
    const colour = colourOf(value, steps);
    const arc = (to: string, stroke: string) =>
      `<path d="M10 50 A40 40 0 0 1 ${to}" fill="none" stroke="${stroke}" stroke-width="12"/>`;
    const figure = element("div", { class: "stat" });
    figure.innerHTML = `<svg viewBox="0 0 100 56" class="gauge">${arc("90 50", "#e6e7ea")}${arc(`${x} ${y}`, colour)}</svg>`;
    const text = element("span", { class: "figure small" }, written(value, unit));
    text.style.color = colour;
    figure.append(text);
    box.append(figure);
  }
  return box;
}

/** A bar for each series; the longest value is a full one where the panel has no `max`. */
export function bars(panel: Answered): Element {
  const values = panel.series.map(last);
  const most = panel.max ?? Math.max(...values.map((value) => value ?? 0), 0);
  const box = element("div", { class: "bars" });
  for (const [index, { name }] of panel.series.entries()) {
    const value = values[index]!;
    const colour = colourOf(value, panel.steps);
    const share = most > 0 ? Math.min(1, Math.max(0, (value ?? 0) / most)) : 0;
    const full = element("div", { class: "full" });
    const bar = element("div", { class: "bar" });
    bar.style.width = `${share * 100}%`;
    bar.style.background = colour;
    full.append(bar);
    box.append(
      element("span", { class: "name" }, name),
      full,
      element("span", { class: "value" }, written(value, panel.unit)),
    );
  }
  return box;
}

/** A row for each series, with the columns that the panel keeps. */
export function table(panel: Answered): Element {
  const table = element("table", {});
  const row = (cells: string[], kind: "th" | "td") => {
    const line = element("tr", {});
    line.append(...cells.map((cell) => element(kind, {}, cell)));
    table.append(line);
    return line;
  };
  row(panel.columns, "th");
  for (const series of panel.series) {
    const value = last(series);
    const cells = panel.columns.map((column) =>
      column === "Value" ? written(value, panel.unit) : (series.labels[column] ?? ""),
    );
    const line = row(cells, "td");
    if (panel.steps.length > 1)
      (line.lastChild as HTMLElement).style.color = colourOf(value, panel.steps);
  }
  return table;
}

/** The course of a series, small, behind its figure. */
function course({ values }: Named, colour: string): Element {
  const box = element("div", { class: "course" });
  const found = values.filter((point): point is [number, number] => Number.isFinite(point[1]));
  if (found.length < 2) return box;
  const [least, most] = [
    Math.min(0, ...found.map(([, y]) => y)),
    Math.max(...found.map(([, y]) => y)),
  ];
  const [start, end] = [found[0]![0], found.at(-1)![0]];
  const points = found.map(([time, value]) => {
    const x = (100 * (time - start)) / (end - start);
    return `${x},${100 - (90 * (value - least)) / (most - least || 1)}`;
  });
  box.innerHTML = `<svg viewBox="0 0 100 100" preserveAspectRatio="none"><polygon points="0,100 ${points.join(" ")} 100,100" fill="${colour}" opacity="0.15"/></svg>`;
  return box;
}
