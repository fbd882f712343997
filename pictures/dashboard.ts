import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** What a panel is drawn as: those of Grafana's kinds that our dashboards have. */
export const kinds = ["stat", "timeseries", "bargauge", "gauge", "table", "row"] as const;

/** A panel of a dashboard's file, as far as it is drawn. */
export interface Panel {
  kind: (typeof kinds)[number];
  title: string;
  description: string;
  /** Place on Grafana's grid of 24 columns. */
  place: { x: number; y: number; w: number; h: number };
  queries: { expr: string; legend: string; instant: boolean }[];
  unit: string;
  min?: number;
  max?: number;
  /** Colours by value, each from its own on; the first has none. */
  steps: { value: number | null; color: string }[];
  /** Whether the steps are lines in the chart. */
  lines: boolean;
  /** What stands where there is no series. */
  none?: string;
  /** A table's columns, in order. */
  columns: string[];
}

/** A dashboard of the chart. */
export interface Dashboard {
  name: string;
  title: string;
  description: string;
  panels: Panel[];
}

const folder = (root: string) => join(root, "charts/observability/files/dashboards");

/** Names of all dashboards that the chart ships. */
export function dashboardNames(root: string): string[] {
  return readdirSync(folder(root)).map((file) => file.replace(/\.json$/, ""));
}

/** @throws when a panel is of a kind that nothing here draws */
export function readDashboard(root: string, name: string): Dashboard {
  const file = join(folder(root), `${name}.json`);
  const { title, description, panels } = JSON.parse(readFileSync(file, "utf8")) as File;
  return { name, title, description, panels: panels.map(panelOf) };
}

/** The part of Grafana's format that is read. */
interface File {
  title: string;
  description: string;
  panels: FilePanel[];
}

interface FilePanel {
  type: string;
  title: string;
  description?: string;
  gridPos: Panel["place"];
  targets?: { expr: string; legendFormat: string; instant: boolean }[];
  fieldConfig?: {
    defaults: {
      unit?: string;
      min?: number;
      max?: number;
      noValue?: string;
      thresholds?: { steps: Panel["steps"] };
      custom?: { thresholdsStyle?: unknown };
    };
  };
  transformations?: { options: { include?: { names: string[] } } }[];
}

function panelOf(panel: FilePanel): Panel {
  const kind = kinds.find((known) => known === panel.type);
  if (!kind) throw new Error(`${panel.title}: no picture draws a ${panel.type}`);
  const { unit, min, max, noValue, thresholds, custom } = panel.fieldConfig?.defaults ?? {};
  const columns = panel.transformations?.flatMap(({ options }) => options.include?.names ?? []);
  return {
    kind,
    title: panel.title,
    description: panel.description ?? "",
    place: panel.gridPos,
    queries: (panel.targets ?? []).map(({ expr, legendFormat, instant }) => ({
      expr,
      legend: legendFormat,
      instant,
    })),
    unit: unit ?? "short",
    min,
    max,
    steps: thresholds?.steps ?? [],
    lines: custom?.thresholdsStyle !== undefined,
    none: noValue,
    columns: columns ?? [],
  };
}
