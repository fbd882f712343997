import { PanelBuilder as Bars } from "@grafana/grafana-foundation-sdk/bargauge";
import {
  BigValueGraphMode,
  GraphThresholdsStyleConfigBuilder,
  GraphThresholdsStyleMode,
  LegendDisplayMode,
  LegendPlacement,
  ReduceDataOptionsBuilder,
  VizLegendOptionsBuilder,
  VizOrientation,
} from "@grafana/grafana-foundation-sdk/common";
import { ThresholdsConfigBuilder, ThresholdsMode } from "@grafana/grafana-foundation-sdk/dashboard";
import { PanelBuilder as Gauge } from "@grafana/grafana-foundation-sdk/gauge";
import { DataqueryBuilder, PromQueryFormat } from "@grafana/grafana-foundation-sdk/prometheus";
import { PanelBuilder as Stat } from "@grafana/grafana-foundation-sdk/stat";
import { PanelBuilder as Table } from "@grafana/grafana-foundation-sdk/table";
import { PanelBuilder as Lines } from "@grafana/grafana-foundation-sdk/timeseries";
import type { Limit } from "./limits";

/** What figures are: Grafana's own names of units. */
export type Unit = "short" | "percentunit" | "s" | "reqps" | "bytes";

/** One PromQL query. */
export interface Query {
  expr: string;
  /** Names a series, with its labels as `{{label}}`; absent: the panel's title does. */
  legend?: string;
}

/** What every panel says of itself. */
export interface Show {
  title: string;
  /** One sentence: what it means, not how it is computed. */
  description: string;
  queries: Query[];
  /** Default: a plain number. */
  unit?: Unit;
  /** Of 24 columns; default as the kind of panel needs. */
  width?: number;
  /** From where on it is no longer good: an alert's own limit. */
  limit?: Limit;
  /** What is shown where there is no series; default Grafana's "No data". */
  none?: string;
}

/** The data source that the dashboard's variable names. */
export const datasource = { type: "prometheus", uid: "${datasource}" };

const unitHeight = 4;

/** One figure a series, as it is now, with its course behind it. */
export function stat(show: Show): Stat {
  return common(new Stat(), show, 4, unitHeight)
    .graphMode(BigValueGraphMode.Area)
    .reduceOptions(lastValue());
}

/** Figures over time. */
export function lines(show: Show): Lines {
  const legend = new VizLegendOptionsBuilder()
    .displayMode(LegendDisplayMode.List)
    .placement(LegendPlacement.Bottom)
    .showLegend(true);
  const panel = common(new Lines(), show, 8, 2 * unitHeight)
    .legend(legend)
    .lineWidth(1)
    .fillOpacity(10)
    .min(0);
  if (!show.limit) return panel;
  const dashed = new GraphThresholdsStyleConfigBuilder().mode(GraphThresholdsStyleMode.Dashed);
  return panel.thresholdsStyle(dashed);
}

/** A bar for each series, as it is now. @param most the value of a full bar */
export function bars(show: Show, most?: number): Bars {
  const panel = common(new Bars(), show, 8, 2 * unitHeight)
    .orientation(VizOrientation.Horizontal)
    .reduceOptions(lastValue())
    .min(0);
  return most === undefined ? panel : panel.max(most);
}

/** A share of a whole, as it is now: from nothing to everything. */
export function gauge(show: Show): Gauge {
  return common(new Gauge(), show, 4, unitHeight).reduceOptions(lastValue()).min(0).max(1);
}

/** A row for each series of one query, as it is now. @param columns labels that are shown, in order */
export function table(show: Show, columns: string[]): Table {
  const panel = common(new Table(), show, 8, 2 * unitHeight, "table");
  const indexByName = Object.fromEntries(
    [...columns, "Value"].map((column, index) => [column, index]),
  );
  return panel
    .withTransformation({
      id: "filterFieldsByName",
      options: { include: { names: [...columns, "Value"] } },
    })
    .withTransformation({ id: "organize", options: { indexByName } });
}

type Panel = Stat | Lines | Bars | Gauge | Table;

function common<Kind extends Panel>(
  panel: Kind,
  show: Show,
  width: number,
  height: number,
  kind: "lines" | "table" = "lines",
): Kind {
  const { limit } = show;
  const targets = show.queries.map(({ expr, legend }, index) => {
    const query = new DataqueryBuilder()
      .datasource(datasource)
      .refId(String.fromCharCode(65 + index))
      .expr(expr)
      .legendFormat(legend ?? show.title);
    return kind === "table" ? query.instant().format(PromQueryFormat.Table) : query.range();
  });
  // Calls on a union of classes; each gives the very panel back.
  const each: Panel = panel;
  each.title(show.title).description(show.description).datasource(datasource);
  each
    .unit(show.unit ?? "short")
    .height(height)
    .span(show.width ?? width);
  each.targets(targets);
  if (show.none) each.noValue(show.none);
  const steps = limit ? stepsOf(limit) : [{ value: null, color: "green" }];
  each.thresholds(new ThresholdsConfigBuilder().mode(ThresholdsMode.Absolute).steps(steps));
  return panel;
}

function stepsOf({ at, bad, severity }: Limit) {
  const alarm = severity === "critical" ? "red" : "orange";
  const [below, above] = bad === "above" ? ["green", alarm] : [alarm, "green"];
  return [
    { value: null, color: below },
    { value: at, color: above },
  ];
}

function lastValue() {
  return new ReduceDataOptionsBuilder().calcs(["lastNotNull"]);
}
