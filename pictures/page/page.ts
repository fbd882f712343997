import plotStyle from "uplot/dist/uPlot.min.css";
import type { Answered } from "../answers";
import { chart } from "./chart";
import type { Drawing } from "./drawing";
import { element } from "./element";
import { bars, gauge, stat, table } from "./figures";
import style from "./page.css";

/** Draws a dashboard into the empty page. What calls it waits until the canvases are painted. */
async function draw(text: string): Promise<void> {
  const drawing = JSON.parse(text, finite) as Drawing;
  document.head.append(element("style", {}, plotStyle + style));
  document.body.append(head(drawing));
  const main = element("main", {});
  document.body.append(main);
  for (const panel of drawing.panels) {
    const place = panelElement(panel);
    const { x, y, w, h } = panel.place;
    place.style.gridArea = `${y + 1} / ${x + 1} / span ${h} / span ${w}`;
    main.append(place);
  }
  for (const [index, panel] of drawing.panels.entries()) {
    const content = main.children[index]!.querySelector(".content");
    if (panel.kind === "timeseries" && panel.series.length > 0) chart(panel, drawing, content!);
  }
  await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
}

function head({ title, description, from, to, source }: Drawing): Element {
  const time = (seconds: number) =>
    new Date(seconds * 1000).toISOString().slice(0, 16).replace("T", " ");
  const header = element("header", {});
  header.append(
    element("h1", {}, title),
    element("p", {}, description),
    element(
      "p",
      { class: "how" },
      "Drawn by this repository from the dashboard's own queries, not by Grafana. " +
        `${time(from)} to ${time(to)} UTC, from ${source}.`,
    ),
  );
  return header;
}

function panelElement(panel: Answered): HTMLElement {
  if (panel.kind === "row") return element("h2", {}, panel.title);
  const section = element("section", {});
  const content = element("div", { class: "content" });
  section.append(element("h3", {}, panel.title), element("p", {}, panel.description), content);
  if (panel.series.length === 0) content.append(nothing(panel));
  else if (panel.kind === "stat") content.append(stat(panel));
  else if (panel.kind === "gauge") content.append(gauge(panel));
  else if (panel.kind === "bargauge") content.append(bars(panel));
  else if (panel.kind === "table") content.append(table(panel));
  return section;
}

/** What Grafana would show, and that nothing came: an exporter that is away gives no data either. */
function nothing({ none }: Answered): Element {
  const box = element("div", { class: "nothing" }, "no data");
  if (none) box.prepend(element("b", {}, none));
  return box;
}

function finite(_: string, value: unknown): unknown {
  return value === "Infinity" || value === "-Infinity" ? Number(value) : value;
}

Object.assign(globalThis, { draw });
